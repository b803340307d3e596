import shutil
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.saves.remove_saved_worktree import (
    remove_landed_worktree,
    remove_worktree,
)
from orchestra_server.git.saves.restore import finish_restore, require_save, restore_work
from orchestra_server.git.saves.save import save_staged, save_work
from orchestra_server.git.worktrees.add_and_list import WorktreePlan, add_worktrees
from tests.support.git.chambers import Workshop, close_and_restore, saved_ref, workshop
from tests.support.git.repositories import TestRepository, run_git, small_repository, with_submodule


@pytest.fixture
def shop(submodule_shop: Workshop) -> Workshop:
    return submodule_shop


def test_a_new_chamber_has_its_submodules_including_nested_ones(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    assert chamber.read("libs/maths/maths.txt") == "1 + 1\n"
    assert chamber.read("libs/maths/inner/inner.txt") == "inner\n"
    assert chamber.status == ""
    real = run_git(shop.main.path / "libs/maths", "config", "remote.origin.url")
    assert run_git(chamber.path / "libs/maths", "config", "remote.origin.url") == real


def test_filling_submodules_does_not_change_the_shared_configuration(shop: Workshop) -> None:
    before = shop.main.git("config", "--local", "--list")
    shop.open("auth", "api")
    assert shop.main.git("config", "--local", "--list") == before


def test_a_submodule_that_is_not_to_be_updated_is_reported_and_the_chamber_works(
    shop: Workshop,
) -> None:
    shop.main.git("config", "submodule.libs/maths.update", "none")
    place = shop.main.path / ".claude" / "worktrees" / "auth"
    plan = WorktreePlan("auth", place, "orchestra/t-1/auth", shop.main.head, "chamber")
    [note] = add_worktrees(shop.repo, [plan])
    assert "stays empty, as submodule.libs/maths.update says" in note
    assert TestRepository(place).status == ""


def test_a_submodule_without_a_local_copy_is_reported_and_the_chamber_works(
    shop: Workshop, tmp_path: Path
) -> None:
    run_git(tmp_path, "clone", "--quiet", str(shop.main.path), str(tmp_path / "clone"))
    repo = open_repository(tmp_path / "clone")
    place = tmp_path / "clone" / ".claude" / "worktrees" / "auth"
    plan = WorktreePlan("auth", place, "orchestra/t-1/auth", repo.head().commit, "chamber")
    [note] = add_worktrees(repo, [plan])
    assert note.startswith(f"submodule libs/maths of {place} stays empty")
    assert (place / "README").exists()
    remove_worktree(repo, place)


def test_a_chamber_with_untouched_submodules_is_removed(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    remove_worktree(shop.repo, chamber.path)
    assert not chamber.path.exists()


def test_uncommitted_work_in_a_submodule_is_never_removed(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write("libs/maths/maths.txt", "2 + 2\n")
    with pytest.raises(Refused, match=r"submodule .*libs/maths has open work that is not saved"):
        remove_worktree(shop.repo, chamber.path)
    assert chamber.read("libs/maths/maths.txt") == "2 + 2\n"


def open_work_at_both_depths(chamber: TestRepository) -> dict[str, str]:
    """Leave work of every kind in a submodule and in the one inside it; return what git says."""
    maths = TestRepository(chamber.path / "libs/maths")
    maths.git("switch", "--quiet", "-c", "sums")
    maths.commit("sum", {"sum.txt": "4\n"})
    maths.write("maths.txt", "2 + 2\n")
    maths.git("add", "maths.txt")
    maths.write("new.txt", "untracked\n")
    chamber.write("libs/maths/inner/inner.txt", "changed\n")
    return told(chamber)


def told(chamber: TestRepository) -> dict[str, str]:
    maths = TestRepository(chamber.path / "libs/maths")
    return {
        "outside": chamber.status,
        "inside": maths.status,
        "head": maths.head,
        "branch": maths.git("branch", "--show-current"),
        "staged": maths.git("diff", "--cached"),
        "innermost": run_git(chamber.path / "libs/maths/inner", "diff"),
    }


def test_uncommitted_work_in_submodules_is_saved_and_restored(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    before = open_work_at_both_depths(chamber)
    again = close_and_restore(shop, chamber)
    assert told(again) == before
    assert again.read("libs/maths/new.txt") == "untracked\n"


def test_work_in_a_submodule_counts_as_work_of_the_chamber(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write("libs/maths/new.txt", "x\n")
    again = close_and_restore(shop, chamber)
    assert again.read("libs/maths/new.txt") == "x\n"
    close_again = saved_ref(again, at=2)
    assert save_work(shop.repo, again.path, close_again, "saved") is not None


def test_a_merge_in_progress_in_a_submodule_is_restored(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    maths.git("switch", "--quiet", "-c", "theirs")
    maths.commit("theirs", {"maths.txt": "theirs\n"})
    maths.git("switch", "--quiet", "-c", "ours", "HEAD~")
    maths.commit("ours", {"maths.txt": "ours\n"})
    with pytest.raises(AssertionError):
        maths.git("merge", "theirs")
    before = maths.git("status")
    close_and_restore(shop, chamber)
    assert maths.git("status") == before


def test_an_interrupted_restore_of_submodules_continues(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    before = open_work_at_both_depths(chamber)
    again = close_and_restore(shop, chamber)
    maths = again.path / "libs/maths"
    run_git(maths, "checkout", "--quiet", "--force", "--detach")
    (maths / "new.txt").unlink()
    run_git(maths / "inner", "checkout", "--quiet", ".")
    finish_restore(shop.repo, saved_ref(again), again.path)
    assert told(again) == before


def test_the_commits_of_a_submodule_survive_the_deletion_of_its_directory(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    commit = TestRepository(chamber.path / "libs/maths").commit("sum", {"sum.txt": "4\n"})
    shutil.rmtree(chamber.path)
    save_staged(shop.repo, chamber.path, saved_ref(chamber), "saved")
    remove_worktree(shop.repo, chamber.path)
    main_copy = shop.main.path / ".git" / "modules" / "libs" / "maths"
    assert run_git(main_copy, "show", f"{commit}:sum.txt") == "4"


def test_the_commits_of_a_submodule_survive_its_chamber_and_are_restored(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    commit = maths.commit("sum", {"sum.txt": "4\n"})
    assert chamber.status == " M libs/maths"
    save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")
    remove_worktree(shop.repo, chamber.path)
    main_copy = shop.main.path / ".git" / "modules" / "libs" / "maths"
    assert run_git(main_copy, "show", f"{commit}:sum.txt") == "4"
    place = chamber.path.with_name("again")
    start = require_save(shop.repo, saved_ref(chamber)).tip
    plan = WorktreePlan("again", place, "orchestra/t-1/again", start, "chamber")
    add_worktrees(shop.repo, [plan])
    restore_work(shop.repo, saved_ref(chamber), place)
    again = TestRepository(place)
    assert again.git("ls-files", "-s", "libs/maths") != ""
    run_git(place / "libs/maths", "cat-file", "-e", "HEAD")


def test_a_landed_chamber_with_submodules_stays_for_a_closer_look(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    assert not remove_landed_worktree(shop.repo, chamber.path, "orchestra/t-1/auth", shop.main.head)
    assert chamber.read("libs/maths/maths.txt") == "1 + 1\n"


def test_a_submodules_commits_outlive_a_chamber_that_took_the_submodule_out(
    shop: Workshop,
) -> None:
    [chamber] = shop.open("auth")
    commit = TestRepository(chamber.path / "libs/maths").commit("sum", {"sum.txt": "4\n"})
    chamber.git("rm", "--quiet", "-f", "libs/maths")
    chamber.git("rm", "--quiet", "-f", "--ignore-unmatch", ".gitmodules")
    chamber.commit("without maths")
    remove_worktree(shop.repo, chamber.path)
    main_copy = shop.main.path / ".git" / "modules" / "libs" / "maths"
    assert run_git(main_copy, "show", f"{commit}:sum.txt") == "4"


def test_a_chamber_that_took_its_last_submodule_out_is_closed(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.git("rm", "--quiet", "-f", "libs/maths")
    assert chamber.read(".gitmodules") == ""
    assert save_work(shop.repo, chamber.path, saved_ref(chamber), "saved") is not None
    remove_worktree(shop.repo, chamber.path)
    assert not chamber.path.exists()


def test_a_broken_list_of_submodules_is_named(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write(".gitmodules", "<<<<<<< ours\n")
    with pytest.raises(GitFailed, match=r"\.gitmodules of .*auth could not be read: .*bad config"):
        save_work(shop.repo, chamber.path, saved_ref(chamber), "saved")


@pytest.mark.parametrize("sorts_before", [True, False])
def test_a_submodule_is_restored_at_the_commit_of_its_detached_head(
    shop: Workshop, *, sorts_before: bool
) -> None:
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    named, number, commit = maths.head, 0, maths.commit("sum", {"sum.txt": "4\n"})
    while (commit < named) != sorts_before:
        number += 1
        maths.git("commit", "--quiet", "--amend", "-m", f"sum {number}")
        commit = maths.head
    close_and_restore(shop, chamber)
    assert (maths.head, maths.status, maths.read("sum.txt")) == (commit, "", "4\n")
    assert chamber.status == " M libs/maths"
    chamber.git("submodule", "--quiet", "update", "libs/maths")
    assert maths.head == named
    finish_restore(shop.repo, saved_ref(chamber), chamber.path)
    assert (maths.head, maths.status, maths.read("sum.txt")) == (commit, "", "4\n")


def test_uncommitted_work_in_the_second_of_two_submodules_is_saved_and_restored(
    tmp_path: Path,
) -> None:
    main = with_submodule(tmp_path / "räume")
    allowed = ("-c", "protocol.file.allow=always")
    origin = small_repository(tmp_path / "zlib", {"inner.txt": "inner\n"})
    main.git(*allowed, "submodule", "--quiet", "add", str(origin.path), "zlib")
    main.commit("zlib")
    shop = workshop(main)
    [chamber] = shop.open("auth")
    chamber.write("zlib/inner.txt", "changed\n")
    with pytest.raises(Refused, match=r"submodule .*zlib has open work that is not saved"):
        remove_worktree(shop.repo, chamber.path)
    close_and_restore(shop, chamber)
    assert chamber.read("zlib/inner.txt") == "changed\n"
    assert chamber.status == " M zlib"
    assert TestRepository(chamber.path / "libs/maths").status == ""


def test_a_submodule_is_restored_on_its_branch(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    maths.git("switch", "--quiet", "-c", "sums")
    assert chamber.status == ""
    close_and_restore(shop, chamber)
    assert maths.git("branch", "--show-current") == "sums"
