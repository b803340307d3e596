"""What is done with a task's chambers before it is completed."""

import asyncio
import shutil
import subprocess

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.chambers_to_complete import (
    chambers_as_found,
    hear_workers,
    let_creations_end,
    remove_half_made,
)
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, leave_half_made
from tests.support.git.repositories import TestRepository


def repository_of(context: Context) -> Repository:
    return open_repository(context.project.root)


async def test_a_call_that_is_making_a_chamber_is_waited_for(
    context: Context, repository: TestRepository
) -> None:
    task, repo = await a_started_task(context), repository_of(context)
    await leave_half_made(context, repository, task)
    async with lock_chambers(repo.common_dir, ["auth"]):
        waiting = asyncio.create_task(let_creations_end(context, repo, task))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done
    await asyncio.wait_for(waiting, 60)


async def test_a_chamber_whose_maker_died_is_removed_and_one_that_is_being_made_is_not(
    context: Context, repository: TestRepository
) -> None:
    task, repo = await a_started_task(context), repository_of(context)
    await leave_half_made(context, repository, task)
    half_made = await chamber_of(context, task, "auth")
    async with lock_chambers(repo.common_dir, ["auth"]):
        await remove_half_made(context, repo, [half_made])
        assert (await chamber_of(context, task, "auth")).state == "creating"
    await remove_half_made(context, repo, [half_made])
    assert (await chamber_of(context, task, "auth")).state == "failed"


async def test_a_chamber_that_was_deleted_with_its_branch_is_closed_and_left_out(
    context: Context, repository: TestRepository
) -> None:
    task, repo = await a_started_task(context), repository_of(context)
    sides = await chambers_open(context, task, ["auth", "web"])
    chambers = [await chamber_of(context, task, name) for name in sides]
    shutil.rmtree(sides["auth"].path)
    repository.git("worktree", "unlock", str(sides["auth"].path))
    repository.git("worktree", "prune")
    repository.git("branch", "-D", chambers[0].branch)
    document = (await context.store.snapshot()).tasks[task]
    present_chambers = await chambers_as_found(context, repo, document, chambers)
    assert [chamber.name for chamber in present_chambers] == ["web"]
    assert (await chamber_of(context, task, "auth")).is_over


async def test_a_renamed_branch_is_followed(context: Context) -> None:
    task, repo = await a_started_task(context), repository_of(context)
    sides = await chambers_open(context, task, ["auth"])
    chamber = await chamber_of(context, task, "auth")
    sides["auth"].git("branch", "-m", "renamed")
    document = (await context.store.snapshot()).tasks[task]
    (present_chamber,) = await chambers_as_found(context, repo, document, [chamber])
    assert present_chamber.branch == "renamed"


async def test_every_worker_of_the_task_is_heard(context: Context) -> None:
    task = await a_started_task(context)
    for name, side in (await chambers_open(context, task, ["auth", "web"])).items():
        (side.path / ".DISCOVERY").write_text(f"info from {name}")
    await hear_workers(context, task, ())
    texts = {discovery.text for discovery in (await context.store.snapshot()).discoveries.values()}
    assert texts == {"from auth", "from web"}


async def test_a_chamber_that_was_moved_is_named_with_the_way_back_and_lands_after_it(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    chambers["auth"].write("src/app.py", "auth\n")
    place, elsewhere = chambers["auth"].path, repository.path.parent / "my auth"
    repository.git("worktree", "move", "-f", "-f", str(place), str(elsewhere))
    first = repository.head

    tried = await complete_task(context, task_id=task_id, summary="Add a login", dry_run=True)
    with pytest.raises(Refused) as refused:
        await complete_task(context, task_id=task_id, summary="Add a login")

    line = f"chamber 'auth' was moved to {elsewhere}, where its work is; to go on, move it back: "
    assert line in str(tried.notes)
    assert repository.head == first
    _, _, command = str(refused.value).partition(line)
    await asyncio.to_thread(subprocess.run, ["sh", "-c", command], cwd=repository.path, check=True)
    done = await complete_task(context, task_id=task_id, summary="Add a login")
    assert (done.completed, repository.read("src/app.py")) == (True, "auth\n")
