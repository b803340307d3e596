"""Worktrees and branches are removed, and no work that is nowhere else."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestra_core.errors import OrchestraError, Refused
from orchestra_server.git.process.run import GitResult
from orchestra_server.git.repository import repository
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.saves.remove_saved_worktree import (
    delete_branch,
    delete_branches,
    remove_landed_worktree,
    remove_worktree,
)
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.worktrees.add_and_list import WorktreePlan, add_worktrees, list_worktrees
from tests.support.git.repositories import TestRepository, small_repository, until_exists
from tests.support.waiting import until


def plan(repo: Repository, name: str, commit: str = "") -> WorktreePlan:
    return WorktreePlan(
        name=name,
        path=repo.top / ".claude" / "worktrees" / name,
        branch=f"orchestra/t-1/{name}",
        commit=commit or repo.head().commit,
        reason="Orchestra chamber of task t-1",
    )


def untouched(made: TestRepository) -> None:
    """Nothing of a batch is left: no branch, worktree, directory or registration."""
    assert made.branches == ["main"]
    assert made.git("worktree", "list", "--porcelain").count("worktree ") == 1
    assert not (made.path / ".git" / "worktrees").exists()


def test_a_repository_that_was_committed_as_such_keeps_its_chamber(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    inner = small_repository(worktree.path / "vendor" / "lib")
    chamber = TestRepository(worktree.path)
    chamber.git("add", "vendor/lib")
    chamber.git("commit", "--quiet", "-m", "Take in a library")
    said = "vendor/lib is a git repository of its own"
    with pytest.raises(Refused, match=said):
        remove_landed_worktree(repo, worktree.path, worktree.branch, chamber.head)
    with pytest.raises(Refused, match=said):
        remove_worktree(repo, worktree.path)
    assert inner.status == ""
    inner.path.rename(tmp_path / "lib")
    chamber.git("rm", "--quiet", "--cached", "vendor/lib")
    chamber.git("commit", "--quiet", "-m", "Leave it out")
    remove_worktree(repo, worktree.path)
    assert not worktree.path.exists()


def test_a_clean_chamber_is_removed_although_it_is_locked(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    remove_worktree(repo, worktree.path)
    assert not worktree.path.exists()
    assert delete_branch(repo, worktree.branch, worktree.commit)
    untouched(made)


@pytest.mark.parametrize("change", ["modified", "untracked", "staged"])
def test_unsaved_work_is_never_removed(tmp_path: Path, change: str) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    chamber = made.at(worktree.path)
    chamber.write("README" if change == "modified" else "new", "precious")
    if change == "staged":
        chamber.git("add", "new")
        (worktree.path / "new").unlink()
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(repo, worktree.path)
    assert worktree.path.is_dir()
    assert [tree.locked_reason for tree in list_worktrees(repo)][1]
    save_work(repo, worktree.path, "refs/orchestra/saved/t-1/auth/1", "saved")
    remove_worktree(repo, worktree.path)
    assert not worktree.path.exists()


def test_work_after_saving_is_not_removed(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    made.at(worktree.path).write("new", "first")
    save_work(repo, worktree.path, "refs/orchestra/saved/t-1/auth/1", "saved")
    made.at(worktree.path).write("new", "second")
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(repo, worktree.path)


def test_commits_on_no_branch_are_never_removed(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    chamber = made.at(worktree.path)
    chamber.git("checkout", "--quiet", "--detach")
    chamber.commit("adrift", {"new": "precious"})
    with pytest.raises(Refused, match="commits that are on no branch"):
        remove_worktree(repo, worktree.path)
    save_work(repo, worktree.path, "refs/orchestra/saved/t-1/auth/1", "saved")
    remove_worktree(repo, worktree.path)


def test_a_chamber_whose_directory_was_deleted_is_removed_from_gits_list(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    worktree.path.rename(tmp_path / "moved")
    remove_worktree(repo, worktree.path)
    assert len(list_worktrees(repo)) == 1


def test_a_chamber_without_its_git_file_is_not_removed(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    (worktree.path / ".git").unlink()
    with pytest.raises(OrchestraError, match="is not a git working tree any more"):
        remove_worktree(repo, worktree.path)
    assert (worktree.path / "README").exists()


def test_a_branch_is_deleted_only_at_the_commit_where_it_was_last_seen(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    seen = made.head
    made.git("branch", "orchestra/t-1/auth")
    made.git("config", "branch.orchestra/t-1/auth.remote", "origin")
    repo = open_repository(made.path)
    made.commit("moved on")
    made.git("branch", "--force", "orchestra/t-1/auth")
    assert not delete_branch(repo, "orchestra/t-1/auth", seen)
    assert delete_branch(repo, "orchestra/t-1/auth", made.head)
    assert not delete_branch(repo, "orchestra/t-1/auth", made.head)
    assert "branch.orchestra" not in made.git("config", "--local", "--list")


def test_a_branch_that_is_checked_out_is_not_deleted(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    assert not delete_branch(open_repository(made.path), "main", made.head)
    assert made.branches == ["main"]


def stage_it(chamber: TestRepository) -> None:
    chamber.git("add", "new")


def begin_a_bisection(chamber: TestRepository) -> None:
    chamber.git("bisect", "start")


def make_a_commit(chamber: TestRepository) -> None:
    chamber.git("commit", "--quiet", "--allow-empty", "-m", "same files")


@pytest.mark.parametrize("act", [stage_it, begin_a_bisection, make_a_commit])
def test_the_same_files_in_another_state_count_as_unsaved(
    tmp_path: Path, act: Callable[[TestRepository], None]
) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    chamber = made.at(worktree.path)
    chamber.write("new", "precious")
    save_work(repo, worktree.path, "refs/orchestra/saved/t-1/auth/1", "saved")
    act(chamber)
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(repo, worktree.path)
    assert chamber.read("new") == "precious"


def test_the_settings_of_a_branch_go_with_it_and_those_of_others_stay(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    names = ("api", "auth", "auth-2")
    for name in names:
        made.git("branch", name)
        made.git("config", f"branch.{name}.remote", "origin")
    repo = open_repository(made.path)
    assert delete_branches(repo, {"auth": made.head, "api": made.head}) == {"api", "auth"}
    assert made.git("config", "--local", "--get-regexp", "^branch") == "branch.auth-2.remote origin"
    assert delete_branches(repo, {}) == set()


def test_no_branch_is_said_to_be_deleted_when_git_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("branch", "auth")
    head, whole = made.head, repository.run_git

    def killed(directory: Path, *args: str, **options: Any) -> GitResult:
        if "update-ref" in args:
            return GitResult(-9, "", "")
        return whole(directory, *args, **options)

    repo = open_repository(made.path)
    monkeypatch.setattr(repository, "run_git", killed)
    assert delete_branches(repo, {"auth": head}) == set()
    assert made.branches == ["auth", "main"]


async def test_the_repository_is_not_locked_while_a_hook_is_asked_about_a_branch(
    tmp_path: Path,
) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("branch", "auth")
    asked, go = tmp_path / "asked", tmp_path / "go"
    made.hook("reference-transaction", f"touch {asked}; {until_exists(go)}")
    repo = open_repository(made.path)
    deleting = asyncio.create_task(asyncio.to_thread(delete_branch, repo, "auth", made.head))
    await until(asked.exists)
    with repo.locked():
        go.touch()
    assert await deleting
    assert made.branches == ["main"]


@pytest.mark.parametrize(("phase", "is_deleted"), [("prepared", False), ("committed", True)])
def test_what_a_hook_that_never_ends_has_let_through_is_said_to_be_deleted(
    tmp_path: Path, phase: str, *, is_deleted: bool
) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("branch", "auth")
    made.git("config", "orchestra.programSeconds", "4")
    made.hook("reference-transaction", f'[ "$1" != {phase} ] || sleep 100')
    repo = open_repository(made.path)
    assert delete_branch(repo, "auth", made.head) == is_deleted
    assert made.branches == (["main"] if is_deleted else ["auth", "main"])


@pytest.mark.parametrize("is_staged_first", [True, False])
def test_a_file_that_is_staged_or_unstaged_after_saving_counts_as_unsaved(
    tmp_path: Path, *, is_staged_first: bool
) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree = plan(repo, "auth")
    add_worktrees(repo, [worktree])
    chamber = made.at(worktree.path)
    chamber.write("new", "precious")
    steps = [("add", "new"), ("rm", "--quiet", "--cached", "new")]
    if is_staged_first:
        chamber.git(*steps.pop(0))
    save_work(repo, worktree.path, "refs/orchestra/saved/t-1/auth/1", "saved")
    chamber.git(*steps[0])
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(repo, worktree.path)
