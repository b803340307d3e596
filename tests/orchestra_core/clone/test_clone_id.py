import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_core.clone.clone_id import (
    clone_id,
    dispute_clone_id,
    noted_clone,
    renew_clone_id,
)
from orchestra_core.errors import Unavailable


def repository(path: Path) -> Path:
    common = path / ".git"
    common.mkdir(parents=True)
    return common


def test_a_clone_keeps_the_id_that_it_was_given_first(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop ü")
    assert noted_clone(common) is None
    first = clone_id(common)
    assert len(first) == 16
    assert clone_id(common) == first


def test_two_clones_differ(tmp_path: Path) -> None:
    first_clone, second_clone = repository(tmp_path / "one"), repository(tmp_path / "other")
    assert clone_id(first_clone) != clone_id(second_clone)


def test_processes_that_ask_at_the_same_time_agree(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    code = (
        "import sys; from pathlib import Path; from orchestra_core.clone.clone_id import clone_id; "
        "sys.stdin.read(); print(clone_id(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(common)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    said = set[str]()
    for process in processes:
        assert process.stdout is not None
        said.add(process.stdout.read().strip())
        process.stdout.close()
        assert process.wait(30) == 0
    assert said == {clone_id(common)}


def test_a_moved_repository_keeps_its_id(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    identifier = clone_id(common)
    common.parent.rename(tmp_path / "moved")
    moved = tmp_path / "moved" / ".git"
    assert clone_id(moved) == identifier
    note = noted_clone(moved)
    assert note is not None
    assert note.common_dir == moved


def test_a_copy_takes_a_new_id_and_the_original_keeps_its_own(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    identifier = clone_id(common)
    shutil.copytree(tmp_path / "shop", tmp_path / "copy")
    copied = clone_id(tmp_path / "copy" / ".git")
    assert copied != identifier
    assert clone_id(tmp_path / "copy" / ".git") == copied
    assert clone_id(common) == identifier


def test_one_repository_under_two_paths_is_one_clone(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    identifier = clone_id(common)
    (tmp_path / "mounted").symlink_to(tmp_path / "shop")
    assert clone_id(tmp_path / "mounted" / ".git") == identifier
    assert clone_id(common) == identifier


@pytest.mark.parametrize(
    "text", ["", "\n", "0123456789abcdef", "xyz\n/a\n", "0123456789abcdef\n\n"]
)
def test_a_note_that_says_nothing_is_replaced(tmp_path: Path, text: str) -> None:
    common = repository(tmp_path / "shop")
    clone_id(common)
    (common / "orchestra" / "clone").write_text(text)
    assert noted_clone(common) is None
    assert clone_id(common) == clone_id(common)


def test_a_clone_with_chambers_gets_its_id_back_where_somebody_deletes_the_note(
    tmp_path: Path,
) -> None:
    common = repository(tmp_path / "shop")
    first = clone_id(common)
    chamber = common / "worktrees" / "auth"
    chamber.mkdir(parents=True)
    (chamber / "gitdir").write_text("elsewhere\n")
    shutil.rmtree(common / "orchestra")
    assert clone_id(common) == first
    common.rename(tmp_path / "away")
    shutil.copytree(tmp_path / "away", common)
    shutil.rmtree(common / "orchestra")
    assert clone_id(common) != first


def test_a_repository_without_chambers_takes_a_new_id_where_its_note_is_gone(
    tmp_path: Path,
) -> None:
    common = repository(tmp_path / "shop")
    first = clone_id(common)
    shutil.rmtree(common / "orchestra")
    assert clone_id(common) != first


def test_no_clone_uses_a_disputed_id_until_the_dispute_ends(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    identifier = clone_id(common)
    dispute_clone_id(common, identifier, disputed=True)
    assert clone_id(common) == ""
    dispute_clone_id(common, "another", disputed=False)
    assert clone_id(common) == ""
    dispute_clone_id(common, identifier, disputed=False)
    assert clone_id(common) == identifier


def test_an_id_is_renewed_once(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    identifier = clone_id(common)
    dispute_clone_id(common, identifier, disputed=True)
    renewed = renew_clone_id(common, identifier)
    assert renewed not in {"", identifier}
    assert renew_clone_id(common, identifier) == renewed
    assert clone_id(common) == renewed


def test_an_id_that_cannot_be_noted_is_one_line(tmp_path: Path) -> None:
    common = repository(tmp_path / "shop")
    (common / "orchestra").write_text("a file")
    with pytest.raises(Unavailable, match=r"this clone's id cannot be noted in .*orchestra"):
        clone_id(common)
