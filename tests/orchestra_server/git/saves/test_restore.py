"""Saved work comes back as it was, and over nothing else."""

import os
from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unknown
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.restore import require_save, restore_work
from orchestra_server.git.saves.save import save_work
from tests.support.chambers import Workshop, saved_ref, workshop
from tests.support.repositories import TestRepository


def contents(chamber: TestRepository) -> dict[str, tuple[str, str]]:
    """Return every file of a working tree: its kind and executable bit, and its content."""
    found: dict[str, tuple[str, str]] = {}
    for directory, _, names in os.walk(chamber.path):
        for name in names:
            path = Path(directory, name)
            if path.name == ".git":
                continue
            key = str(path.relative_to(chamber.path))
            if path.is_symlink():
                found[key] = ("link", str(path.readlink()))
            else:
                kind = "program" if path.stat().st_mode & 0o100 else "file"
                found[key] = (kind, path.read_bytes().hex())
    return found


def index(chamber: TestRepository) -> str:
    return chamber.git("ls-files", "--stage", "--full-name", "-z")


def close_and_restore(shop: Workshop, chamber: TestRepository) -> TestRepository:
    """Save, remove and restore in a new worktree at the commit that was saved."""
    ref = saved_ref(chamber)
    assert save_work(shop.repo, chamber.path, ref, "saved") is not None
    remove_worktree(shop.repo, chamber.path)
    place = chamber.path.with_name(f"{chamber.path.name}-again")
    shop.main.git(
        "worktree", "add", "--quiet", "--detach", str(place), require_save(shop.repo, ref).tip
    )
    restore_work(shop.repo, ref, place)
    return TestRepository(place)


def test_index_files_untracked_modes_and_links_come_back_exactly(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "répo ☃")
    [chamber] = shop.open("auth")
    chamber.write("staged then changed", "one\n")
    chamber.git("add", "--all")
    chamber.write("staged then changed", "two\n")
    chamber.write("dir/untracked ü", b"\x00\xff\r\n binary")
    (chamber.path / "README").unlink()
    (chamber.path / "src" / "app.py").chmod(0o755)
    (chamber.path / "link").symlink_to("nowhere/at all")
    chamber.write("staged and gone", "kept in the index")
    chamber.git("add", "staged and gone")
    (chamber.path / "staged and gone").unlink()
    before = (chamber.status, index(chamber), contents(chamber))
    again = close_and_restore(shop, chamber)
    assert (again.status, index(again), contents(again)) == before


def test_a_file_taken_out_of_the_index_but_kept_comes_back_so(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.git("rm", "--quiet", "--cached", "README")
    again = close_and_restore(shop, chamber)
    assert again.status == "D  README\n?? README"


def test_unmerged_entries_come_back_with_their_stages(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.commit("mine", {"README": "mine\n"})
    shop.main.commit("theirs", {"README": "theirs\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "--quiet", "main")
    before = (chamber.status, index(chamber), contents(chamber))
    assert before[0] == "UU README"
    again = close_and_restore(shop, chamber)
    assert (again.status, index(again), contents(again)) == before


def test_restoring_over_work_is_refused(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    with pytest.raises(Refused, match="has uncommitted work"):
        restore_work(shop.repo, saved_ref(chamber), chamber.path)


def test_restoring_at_another_commit_is_refused_with_the_right_one(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    first = shop.main.head
    shop.main.commit("later")
    [other] = shop.open("api")
    with pytest.raises(Refused, match=rf"a worktree made at {first[:12]}"):
        restore_work(shop.repo, saved_ref(chamber), other.path)


def test_an_unknown_ref_is_told_with_where_to_look(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    with pytest.raises(Unknown, match=r"does not exist; see .*git for-each-ref"):
        restore_work(shop.repo, "refs/orchestra/saved/t-1/none/1", chamber.path)
