"""A closed chamber's worktree is made again with its saved work, and over nothing else."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unknown
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.saves.recreate_worktree import WorktreeToRecreate, recreate_worktree
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES
from tests.support.git.chambers import Workshop, close, saved_ref, workshop
from tests.support.git.repositories import TestRepository

BRANCH = "orchestra/t-1/auth"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "repo")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


def recreate(shop: Workshop, chamber: TestRepository, ref: str) -> tuple[str, ...]:
    wanted = WorktreeToRecreate(
        ref, chamber.path, BRANCH, "auth", "Orchestra chamber of task t-1", NO_IGNORED_FILES
    )
    return recreate_worktree(shop.repo, wanted)


def branch_of(chamber: TestRepository) -> str:
    return chamber.git("branch", "--show-current")


def test_commits_and_uncommitted_work_are_restored_on_the_branch(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "committed\n"})
    chamber.write("README", "changed\n")
    ref = close(shop, chamber)
    assert recreate(shop, chamber, ref) == ()
    assert (chamber.head, chamber.status, branch_of(chamber)) == (commit, " M README", BRANCH)
    assert chamber.read("README") == "changed\n"


@pytest.mark.parametrize("other", ["aaa", "zzz"])
def test_another_chamber_with_a_similar_path_is_not_mistaken_for_it(
    shop: Workshop, chamber: TestRepository, other: str
) -> None:
    [beside] = shop.open(other)
    chamber.write("README", "changed\n")
    ref = close(shop, chamber)
    recreate(shop, chamber, ref)
    assert (chamber.status, beside.status) == (" M README", "")


def test_recreating_again_changes_nothing(shop: Workshop, chamber: TestRepository) -> None:
    chamber.commit("work", {"new": "committed\n"})
    chamber.write("README", "changed\n")
    ref = close(shop, chamber)
    for _ in range(2):
        recreate(shop, chamber, ref)
        assert (chamber.status, chamber.read("README")) == (" M README", "changed\n")


def test_a_worktree_that_an_earlier_attempt_left_empty_is_used(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "committed\n"})
    chamber.write("README", "changed\n")
    ref = close(shop, chamber)
    shop.open("auth", commit=commit)
    chamber.write(".claude/note", "ignored, and lost with the directory\n")
    recreate(shop, chamber, ref)
    assert (chamber.head, chamber.status) == (commit, " M README")
    assert (chamber.path / ".claude/note").exists()


def test_a_worktree_that_was_on_another_branch_is_used_on_that_branch(
    shop: Workshop, chamber: TestRepository
) -> None:
    own = chamber.commit("own", {"own": "x\n"})
    chamber.git("checkout", "--quiet", "-b", "mine")
    mine = chamber.commit("mine", {"mine": "y\n"})
    chamber.write("README", "changed\n")
    ref = close(shop, chamber)
    for _ in range(2):
        recreate(shop, chamber, ref)
        assert (chamber.head, branch_of(chamber), chamber.status) == (mine, "mine", " M README")
        assert chamber.git("rev-parse", BRANCH) == own


def test_a_worktree_whose_head_was_detached_is_used_detached(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.git("checkout", "--quiet", "--detach")
    adrift = chamber.commit("adrift", {"adrift": "y\n"})
    ref = close(shop, chamber)
    for _ in range(2):
        recreate(shop, chamber, ref)
        assert (chamber.head, branch_of(chamber), chamber.status) == (adrift, "", "")


@pytest.mark.parametrize("clean", [True, False])
def test_a_worktree_made_for_another_save_is_replaced(
    shop: Workshop, chamber: TestRepository, *, clean: bool
) -> None:
    chamber.commit("first", {"first": "1\n"})
    chamber.write("README", "first\n")
    first = close(shop, chamber, 1)
    [chamber] = shop.open("auth")
    commit = chamber.commit("second", {"second": "2\n"})
    if not clean:
        chamber.write("README", "second\n")
    second = close(shop, chamber, 2)
    recreate(shop, chamber, second)
    assert (chamber.head, chamber.status) == (commit, "" if clean else " M README")
    recreate(shop, chamber, first)
    assert (chamber.read("first"), chamber.read("README")) == ("1\n", "first\n")
    assert not (chamber.path / "second").exists()


def test_work_that_is_not_saved_is_in_the_way_and_stays(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "committed\n"})
    chamber.write("README", "changed\n")
    ref = close(shop, chamber)
    shop.open("auth", commit=commit)
    chamber.write("notes", "nowhere else\n")
    with pytest.raises(Refused, match="has uncommitted work; commit it before restoring"):
        recreate(shop, chamber, ref)
    assert (chamber.status, chamber.read("notes")) == ("?? notes", "nowhere else\n")


@pytest.mark.parametrize("branch", ["mine", "zebra", ""])
def test_a_worktree_on_another_branch_is_in_the_way_and_stays(
    shop: Workshop, chamber: TestRepository, branch: str
) -> None:
    chamber.commit("work", {"new": "committed\n"})
    ref = close(shop, chamber)
    words = ("-b", branch) if branch else ("--detach",)
    shop.main.git("worktree", "add", "--quiet", *words, str(chamber.path))
    where = f"on {branch or 'a detached HEAD'}; move it: git worktree move '{chamber.path}' ELSE"
    with pytest.raises(Refused, match=where):
        recreate(shop, chamber, ref)
    assert branch_of(chamber) == branch


def test_a_branch_with_commits_of_its_own_is_in_the_way_and_stays(
    shop: Workshop, chamber: TestRepository
) -> None:
    tip = chamber.commit("work", {"new": "committed\n"})
    ref = close(shop, chamber)
    other = shop.main.commit("other")
    shop.main.git("branch", BRANCH, other)
    error = f"branch {BRANCH} is at {other[:12]} and was saved at {tip[:12]}; .* {BRANCH}-kept$"
    with pytest.raises(Refused, match=error):
        recreate(shop, chamber, ref)
    assert shop.main.git("rev-parse", BRANCH) == other
    assert not chamber.path.exists()


def test_a_worktree_whose_branch_has_newer_commits_is_in_the_way_and_stays(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "committed\n"})
    ref = close(shop, chamber)
    shop.open("auth", commit=commit)
    newer = chamber.commit("newer", {"newer": "x\n"})
    with pytest.raises(Refused, match=f"branch {BRANCH} is at {newer[:12]}"):
        recreate(shop, chamber, ref)
    assert (chamber.head, chamber.status) == (newer, "")


def test_a_branch_at_a_saved_commit_is_made_again_at_the_wanted_one(
    shop: Workshop, chamber: TestRepository
) -> None:
    first_commit = chamber.commit("first", {"first": "1\n"})
    first = close(shop, chamber, 1)
    [chamber] = shop.open("auth")
    second_commit = chamber.commit("second", {"second": "2\n"})
    second = close(shop, chamber, 2)
    shop.main.git("branch", BRANCH, first_commit)
    recreate(shop, chamber, second)
    assert (chamber.head, branch_of(chamber)) == (second_commit, BRANCH)
    assert shop.main.git("rev-parse", f"{first}^1") == first_commit


def test_a_ref_that_holds_no_save_is_named(shop: Workshop, chamber: TestRepository) -> None:
    with pytest.raises(Unknown, match=saved_ref(chamber)):
        recreate(shop, chamber, saved_ref(chamber))


def test_a_worktree_whose_work_cannot_be_restored_is_taken_back(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("new", "untracked\n")
    ref = close(shop, chamber)
    blob = shop.main.git("rev-parse", f"{ref}:new")
    (shop.repo.common_dir / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitFailed, match=blob):
        recreate(shop, chamber, ref)
    assert not chamber.path.exists()
    assert shop.main.git("branch", "--list", BRANCH) == ""
    assert str(chamber.path) not in shop.main.git("worktree", "list", "--porcelain")
