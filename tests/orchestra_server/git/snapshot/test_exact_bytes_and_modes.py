"""What git's trees cannot hold comes back all the same: bytes, modes and the index's flags."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.save import save_work
from tests.support.git.chambers import close_and_restore, saved_ref, workshop
from tests.support.git.repositories import small_repository

FLAGS = ("--assume-unchanged", "--skip-worktree")


@pytest.mark.parametrize("flag", FLAGS)
def test_a_change_that_index_flags_hide_from_git_is_work(tmp_path: Path, flag: str) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.git("update-index", flag, "README")
    chamber.write("README", "nowhere else\n")
    assert chamber.status == ""
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(shop.repo, chamber.path)
    again = close_and_restore(shop, chamber)
    assert (again.read("README"), again.status) == ("nowhere else\n", "")


@pytest.mark.parametrize("flag", FLAGS)
def test_an_index_flag_without_a_change_is_not_work(tmp_path: Path, flag: str) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.git("update-index", flag, "README")
    assert save_work(shop.repo, chamber.path, saved_ref(chamber), "saved") is None


def test_index_flags_are_restored(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    chamber.git("add", "--intent-to-add", "new")
    chamber.git("update-index", "--assume-unchanged", "README")
    chamber.git("update-index", "--skip-worktree", "src/app.py")
    before = chamber.git("ls-files", "-v"), chamber.status
    again = close_and_restore(shop, chamber)
    assert (again.git("ls-files", "-v"), again.status) == before
    assert before[1] == " A new"


def test_line_endings_and_filtered_files_are_restored_byte_for_byte(tmp_path: Path) -> None:
    files = {"README": "hello\n", ".gitattributes": "*.txt text\n*.up filter=up\n"}
    shop = workshop(small_repository(tmp_path / "repo", files))
    shop.main.git("config", "filter.up.clean", "tr a-z A-Z")
    [chamber] = shop.open("auth")
    mixed, lower = b"one\r\ntwo\nthree\r\n", b"lower\n"
    chamber.write("mixed.txt", mixed)
    chamber.write("dir/lower.up", lower)
    chamber.git("add", "mixed.txt")
    before = chamber.status
    again = close_and_restore(shop, chamber)
    assert (again.path / "mixed.txt").read_bytes() == mixed
    assert (again.path / "dir/lower.up").read_bytes() == lower
    assert again.status == before


def test_file_modes_that_git_does_not_store_are_restored(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("key", "secret").chmod(0o600)
    chamber.write("run", "x").chmod(0o700)
    again = close_and_restore(shop, chamber)
    modes = [(again.path / name).stat().st_mode & 0o777 for name in ("key", "run")]
    assert modes == [0o600, 0o700]


def test_a_split_index_is_restored(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.git("update-index", "--split-index")
    chamber.write("new", "x")
    chamber.git("add", "--intent-to-add", "new")
    again = close_and_restore(shop, chamber)
    assert again.status == " A new"
