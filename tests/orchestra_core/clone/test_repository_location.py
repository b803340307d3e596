from pathlib import Path

import pytest

from orchestra_core.clone.repository_location import (
    Placement,
    note_placement,
    noted_placement,
    own_placement,
)


def repository(path: Path) -> Path:
    common = path / ".git"
    common.mkdir(parents=True)
    return common


def test_a_recorded_location_is_read_back_and_recorded_once(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop ü")
    assert own_placement(common) is None
    placement = Placement("shop-1", common)
    assert note_placement(common, placement)
    assert not note_placement(common, placement)
    assert own_placement(common) == placement


def test_a_moved_repository_keeps_its_record_and_a_copy_has_none(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    note_placement(common, Placement("shop-1", common))
    copy = repository(tmp_path / "copy")
    note_placement(copy, Placement("shop-1", common))
    assert own_placement(copy) is None
    common.parent.rename(tmp_path / "moved")
    assert own_placement(tmp_path / "moved" / ".git") == Placement("shop-1", common)


@pytest.mark.parametrize("text", ["", "\n", "shop-1", "shop-1\n"])
def test_an_invalid_record_is_none(tmp_path: Path, text: str) -> None:
    common = repository(tmp_path / "shop")
    note_placement(common, Placement("shop-1", common))
    (common / "orchestra" / "place").write_text(text)
    assert noted_placement(common) is None
