"""The changes by which a task that is being completed announces, reopens or ends."""

import pytest

from orchestra_core.errors import Unknown
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding
from orchestra_server.usecases.completion.task_changes import announce_landing, end, reopen
from tests.support.conductor.tasks import kinds


async def test_the_commit_and_the_chambers_are_noted_before_the_branch_moves(
    context: Context, task_id: str
) -> None:
    landing = PreparedLanding(old="a", commit="c0ffee", order=("auth", "api"))
    await announce_landing(context, task_id, landing)
    task = (await context.store.snapshot()).tasks[task_id]
    assert (task.landed_commit, task.landing) == ("c0ffee", ("auth", "api"))
    assert task.is_open
    assert (await kinds(context))[-1] == "task.landing"


async def test_a_task_ends_completed_with_the_commit_that_landed(
    context: Context, task_id: str
) -> None:
    task = await end(context, task_id, completed=True, landed_commit="c0ffee")
    assert (task.state, task.landed_commit) == ("completed", "c0ffee")
    assert (await context.store.snapshot()).tasks[task_id] == task


async def test_a_task_whose_work_was_only_saved_ends_closed(context: Context, task_id: str) -> None:
    task = await end(context, task_id, completed=False, landed_commit="")
    assert (task.state, task.landed_commit) == ("closed", "")


async def test_a_reopened_task_is_open_without_its_summary(context: Context, task_id: str) -> None:
    await end(context, task_id, completed=True, landed_commit="c0ffee")
    task = await reopen(context, task_id)
    assert task.is_open
    assert (task.summary, task.finished_at) == ("", 0)
    assert (await context.store.snapshot()).tasks[task_id] == task


async def test_an_unknown_task_cannot_be_ended(context: Context) -> None:
    with pytest.raises(Unknown):
        await end(context, "no-such-task", completed=True, landed_commit="")
