"""Saved work comes back as it was, and over nothing else."""

import os
from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unknown
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.restore import require_save, restore_work
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.saves.save_format import write_save
from orchestra_server.git.saves.save_index_and_operation import SaveExtras, compared_entries
from orchestra_server.git.snapshot.index_copy import read_state
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository


def contents(chamber: TestRepository) -> dict[str, tuple[str, str]]:
    """Return every file of a working tree: its kind and executable bit, and its content."""
    by_path: dict[str, tuple[str, str]] = {}
    for directory, _, names in os.walk(chamber.path):
        for name in names:
            path = Path(directory, name)
            if path.name == ".git":
                continue
            key = str(path.relative_to(chamber.path))
            if path.is_symlink():
                by_path[key] = ("link", str(path.readlink()))
            else:
                kind = "program" if path.stat().st_mode & 0o100 else "file"
                by_path[key] = (kind, path.read_bytes().hex())
    return by_path


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


def test_restoring_brings_back_index_files_untracked_files_modes_and_links_exactly(
    tmp_path: Path,
) -> None:
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


def test_a_file_removed_from_the_index_only_is_restored_as_that(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.git("rm", "--quiet", "--cached", "README")
    again = close_and_restore(shop, chamber)
    assert again.status == "D  README\n?? README"


def test_unmerged_entries_are_restored_with_their_stages(tmp_path: Path) -> None:
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


def test_restoring_over_other_work_is_refused(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    with pytest.raises(Refused, match="has uncommitted work"):
        restore_work(shop.repo, saved_ref(chamber), chamber.path)


def test_restoring_at_another_commit_is_refused_and_the_right_one_named(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    first = shop.main.head
    shop.main.commit("later")
    [other] = shop.open("api")
    with pytest.raises(Refused, match=rf"a worktree made at {first[:12]}"):
        restore_work(shop.repo, saved_ref(chamber), other.path)


def test_the_error_for_an_unknown_ref_says_where_to_look(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    with pytest.raises(Unknown, match=r"does not exist; see .*git for-each-ref"):
        restore_work(shop.repo, "refs/orchestra/saved/t-1/none/1", chamber.path)


def test_the_refusal_of_another_commit_names_both_commits(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    first, later = shop.main.head, shop.main.commit("later")
    [other] = shop.open("api")
    error = f"is at {later[:12]} and {ref} was saved at {first[:12]}; .* made at {first[:12]}$"
    with pytest.raises(Refused, match=error):
        restore_work(shop.repo, ref, other.path)
    assert (other.head, other.status) == (later, "")


def test_work_is_restored_into_a_worktree_of_the_repository_alone(tmp_path: Path) -> None:
    shop, elsewhere = workshop(tmp_path / "repo"), workshop(tmp_path / "elsewhere")
    [chamber] = shop.open("auth")
    chamber.write("new", "x")
    save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    [other] = elsewhere.open("auth")
    with pytest.raises(Refused, match=f"^{other.path} is no worktree of {shop.repo.top};"):
        restore_work(shop.repo, saved_ref(chamber), other.path)
    assert other.status == ""


@pytest.mark.parametrize("trial", ["moved", "checked out", "deleted"])
def test_a_head_whose_branch_is_not_free_at_its_commit_is_restored_detached(
    tmp_path: Path, trial: str
) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.git("switch", "--quiet", "-c", "trial")
    there = chamber.commit("there", {"there": "x\n"})
    chamber.write("new", "x")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved", own_branch="orchestra/t-1/auth")
    remove_worktree(shop.repo, chamber.path)
    if trial == "moved":
        shop.main.git("branch", "--force", "trial", "main")
    elif trial == "deleted":
        shop.main.git("branch", "-D", "trial")
    else:
        shop.main.git("worktree", "add", "--quiet", str(tmp_path / "trial"), "trial")
    place = chamber.path.with_name("again")
    shop.main.git("worktree", "add", "--quiet", str(place), "orchestra/t-1/auth")
    restore_work(shop.repo, ref, place)
    again = TestRepository(place)
    assert (again.head, again.git("branch", "--show-current")) == (there, "")
    assert again.status == "?? new"


def test_a_save_without_its_own_index_restores_unmerged_entries(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.commit("mine", {"README": "mine\n", "a b/☃": "x\n"})
    shop.main.commit("theirs", {"README": "theirs\n", "a b/☃": "y\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "--quiet", "main")
    before = (chamber.status, index(chamber), contents(chamber))
    state = read_state(chamber.path)
    write_save(
        shop.repo, saved_ref(chamber), state, SaveExtras(tuple(compared_entries(state)), ()), "old"
    )
    place = chamber.path.with_name("again")
    shop.main.git("worktree", "add", "--quiet", "--detach", str(place), state.head)
    restore_work(shop.repo, saved_ref(chamber), place)
    again = TestRepository(place)
    assert (again.status, index(again), contents(again)) == before


def test_the_reflog_of_a_worktree_is_restored_with_its_abandoned_commits(
    tmp_path: Path,
) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    dropped = chamber.commit("dropped", {"dropped": "x\n"})
    chamber.git("reset", "--quiet", "--hard", "HEAD~")
    chamber.write("new", "x")
    again = close_and_restore(shop, chamber)
    assert dropped in again.git("reflog", "show", "--format=%H", "HEAD").split()
