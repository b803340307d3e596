"""A person deletes a chamber: its commits land or are saved, and no sentence claims more."""

import shutil
from collections.abc import Callable

import pytest

from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"
Delete = Callable[[TestRepository, TestRepository], None]


def delete_directory(_main: TestRepository, worktree: TestRepository) -> None:
    shutil.rmtree(worktree.path)


def remove_worktree(main: TestRepository, worktree: TestRepository) -> None:
    main.git("worktree", "remove", "--force", "--force", str(worktree.path))


def clean_checkout(main: TestRepository, _worktree: TestRepository) -> None:
    main.git("clean", "--quiet", "-ffdx")


def prune_as_well(main: TestRepository, worktree: TestRepository) -> None:
    main.git("worktree", "unlock", str(worktree.path))
    shutil.rmtree(worktree.path)
    main.git("worktree", "prune")


ways = pytest.mark.parametrize(
    "delete", [delete_directory, remove_worktree, clean_checkout, prune_as_well]
)


async def a_deleted_chamber(
    context: Context, main: TestRepository, delete: Delete, *, commits: bool = True
) -> tuple[str, TestRepository]:
    task_id = await a_started_task(context)
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    if commits:
        worktree.commit("tokens", {"auth.py": "tokens\n"})
    delete(main, worktree)
    return task_id, worktree


def forget_branch(main: TestRepository, task_id: str) -> None:
    """Delete the chamber's branch, as git lets one do where it lists no worktree on it."""
    main.git("update-ref", "-d", f"refs/heads/orchestra/{task_id}/auth")


@ways
async def test_the_commits_of_a_deleted_chamber_land(
    context: Context, repository: TestRepository, delete: Delete
) -> None:
    task_id, _ = await a_deleted_chamber(context, repository, delete)
    foretold = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert foretold.merged == done.merged == ["auth"]
    assert done.notes == ["auth: its work is merged; its directory had been deleted"]
    assert repository.read("auth.py") == "tokens\n"
    assert repository.branches == ["main"]


@ways
async def test_closing_a_deleted_chamber_saves_its_commits(
    context: Context, repository: TestRepository, delete: Delete
) -> None:
    task_id, worktree = await a_deleted_chamber(context, repository, delete)
    told = await reconcile(context)
    assert [difference.name for difference in told.differences] == ["deleted directory"]
    closed = await chamber_of(context, task_id, "auth")
    assert closed.note == f"saved under {closed.saved_ref}; its directory had been deleted"
    assert (await reconcile(context)).differences == []
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert worktree.read("auth.py") == "tokens\n"
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).merged == ["auth"]
    assert repository.read("auth.py") == "tokens\n"


@ways
async def test_a_deleted_chamber_without_commits_counts_as_merged_and_releases_its_name(
    context: Context, repository: TestRepository, delete: Delete
) -> None:
    task_id, _ = await a_deleted_chamber(context, repository, delete, commits=False)
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert (closed.saved_ref, closed.branch_kept) == ("", False)
    again = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert not again.already_live


async def test_commits_that_are_only_in_the_worktrees_reflog_are_saved(
    context: Context, repository: TestRepository
) -> None:
    task_id, worktree = await a_deleted_chamber(context, repository, delete_directory)
    forget_branch(repository, task_id)
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (done.merged, done.landed_commit) == ([], "")
    assert [save.chamber for save in done.saved] == ["auth"]
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert worktree.git("branch", "--show-current") == f"orchestra/{task_id}/auth"
    assert worktree.read("auth.py") == "tokens\n"


async def test_a_chamber_is_not_called_merged_when_git_has_lost_its_commit(
    context: Context, repository: TestRepository
) -> None:
    lost = "its directory and its branch had been deleted; git has no commit of it"
    task_id, _ = await a_deleted_chamber(context, repository, remove_worktree)
    forget_branch(repository, task_id)
    foretold = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert (foretold.merged, foretold.still_live, foretold.notes) == ([], [], [f"auth: {lost}"])
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (done.completed, done.merged, done.saved) == (True, [], [])
    assert done.notes == [f"auth: {lost}"]
    assert "nothing was landed" in done.next_step


async def test_closing_a_chamber_of_which_git_has_nothing_says_so(
    context: Context, repository: TestRepository
) -> None:
    task_id, _ = await a_deleted_chamber(context, repository, remove_worktree)
    forget_branch(repository, task_id)
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert closed.next_step.startswith("Nothing could be saved: its directory and its branch")


async def test_the_answer_for_a_message_to_a_deleted_chamber_says_that_nobody_can_read_it(
    context: Context, repository: TestRepository
) -> None:
    task_id, _ = await a_deleted_chamber(context, repository, delete_directory)
    sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="stop")
    assert sent.next_step.startswith("Nobody can read it: the chamber's directory has been deleted")
