"""A chamber that was replaced by a symbolic link is not written through."""

from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.files.chamber.link_check import require_own_directory


def test_a_directory_and_a_path_where_nothing_is_may_be_written(tmp_path: Path) -> None:
    require_own_directory(tmp_path)
    require_own_directory(tmp_path / "gone")


@pytest.mark.parametrize("target", ["elsewhere", "missing"])
def test_a_link_is_refused_with_its_target_and_how_to_delete_it(
    tmp_path: Path, target: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    chamber = tmp_path / "api"
    chamber.symlink_to(tmp_path / target)
    with pytest.raises(Unavailable) as refusal:
        require_own_directory(chamber)
    assert str(tmp_path / target) in str(refusal.value)
    assert f"rm '{chamber}'" in str(refusal.value)
