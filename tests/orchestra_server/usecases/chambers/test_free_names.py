"""A name is free again whatever a dead process left; what holds work is kept or named."""

import shutil
import subprocess

import pytest

from orchestra_core.errors import OrchestraError, Refused
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository


def former_chamber(main: TestRepository, task_id: str) -> TestRepository:
    """Make what a store that was lost does not know: a chamber's worktree with its branch."""
    path = main.path / ".claude/worktrees/auth"
    reason = f"orchestra: chamber auth of task {task_id}"
    branch = f"orchestra/{task_id}/auth"
    main.git("worktree", "add", "-q", "--lock", "--reason", reason, "-b", branch, str(path))
    return main.at(path)


def nothing_made(main: TestRepository) -> None:
    assert len(main.git("worktree", "list").splitlines()) == 1
    assert not (main.path / ".claude/worktrees/auth").exists()


async def test_a_worktree_record_and_a_branch_without_a_directory_are_removed(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    shutil.rmtree(former_chamber(repository, task_id).path)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert made.notes == []
    assert repository.at(repository.path / ".claude/worktrees/auth").read("README") == "hello\n"


async def test_work_staged_in_a_deleted_chamber_is_saved_and_named(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    former = former_chamber(repository, task_id)
    former.write("staged.py", "staged\n")
    former.git("add", "staged.py")
    shutil.rmtree(former.path)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    [note] = made.notes
    ref = note.rpartition(" ")[2]
    assert repository.git("show", f"{ref}:staged.py") == "staged"


async def test_an_empty_directory_is_removed_and_one_with_files_is_named(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    place = repository.path / ".claude/worktrees/auth"
    place.mkdir(parents=True)
    (place / "mine").touch()
    with pytest.raises(Refused, match="is in the way"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    (place / "mine").unlink()
    await chambers_open(context, task_id, ["auth"])


async def test_a_branch_with_work_is_named_and_kept(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    former = former_chamber(repository, task_id)
    former.commit("tokens", {"auth.py": "tokens\n"})
    repository.git("worktree", "remove", "--force", "--force", str(former.path))
    with pytest.raises(Refused, match=f"orchestra/{task_id}/auth exists already"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert f"orchestra/{task_id}/auth" in repository.branches


@pytest.mark.parametrize("clash", ["orchestra", "orchestra/{task}", "orchestra/{task}/auth/part"])
async def test_the_error_for_a_branch_that_blocks_a_chambers_branch_says_what_to_do(
    context: Context, repository: TestRepository, clash: str
) -> None:
    task_id = await a_started_task(context)
    clash = clash.format(task=task_id)
    repository.git("branch", clash)
    with pytest.raises(Refused, match=f"the branch '{clash}' exists.*git branch -m") as refused:
        await create_chambers_batch(context, task_id=task_id, chamber_names=["api", "auth"])
    nothing_made(repository)
    command = str(refused.value).rpartition("rename it: ")[2]
    subprocess.run(command.split(), cwd=repository.path, check=True)  # noqa: ASYNC221 - as advised
    await chambers_open(context, task_id, ["api", "auth"])


async def test_the_error_for_a_stale_git_lock_says_what_to_do(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    lock = repository.path / f".git/refs/heads/orchestra/{task_id}/auth.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(OrchestraError, match=f"delete it: rm '{lock}'"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    nothing_made(repository)
    lock.unlink()
    await chambers_open(context, task_id, ["auth"])
