"""Completing begins: the task is marked, and the chambers that it ends are known."""

import pytest

from orchestra_core.errors import BadInput, Refused
from orchestra_core.store.reads import Reads
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.begin_completion import (
    WantedCompletion,
    begin_completion,
    repository_of,
    require_ready,
)
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.exchange.plan_for_other_clones import PlanForOtherClones
from tests.support.conductor.tasks import a_started_task, chambers_open, kinds, leave_half_made
from tests.support.git.repositories import TestRepository


def wanted(
    task_id: str, *, merge: bool = True, confirmed: bool = False, only: tuple[str, ...] = ()
) -> WantedCompletion:
    return WantedCompletion(
        task_id=task_id, summary="Add a login", merge=merge, partial=False, confirmed=confirmed,
        only=only,
    )  # fmt: skip


@pytest.mark.parametrize("merge", [True, False])
async def test_a_task_that_begins_to_complete_says_what_for_and_takes_nothing_more(
    context: Context, *, merge: bool
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    begun = await begin_completion(context, wanted(task_id, merge=merge), PlanForOtherClones())
    assert [chamber.name for chamber in begun.chambers] == ["auth"]
    task = (await context.store.snapshot()).tasks[task_id]
    assert (task.is_completing, task.ending) == (True, "merge" if merge else "save")
    assert (task.summary, task.completing_clone) == ("Add a login", context.clone)
    with pytest.raises(Refused):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["api"])


async def test_closed_chambers_are_left_out_and_half_made_ones_hold_no_work(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["docs", "api"])
    await close_chamber(context, task_id=task_id, chamber="docs")
    await leave_half_made(context, repository, task_id)
    begun = await begin_completion(context, wanted(task_id), PlanForOtherClones())
    assert sorted(chamber.name for chamber in begun.chambers) == ["api", "auth"]
    assert [chamber.name for chamber in begun.there] == ["api"]


async def test_only_the_chosen_chambers_are_ended_and_the_others_say_why_they_stay(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "api"])
    begun = await begin_completion(context, wanted(task_id, only=("api",)), PlanForOtherClones())
    assert [chamber.name for chamber in begun.chambers] == ["api"]
    assert list(begun.passed_over) == ["auth"]
    assert begun.task.chosen == ("api",)


async def test_a_task_that_is_over_is_neither_checked_nor_marked_again(context: Context) -> None:
    task_id = await a_started_task(context)
    await complete_task(context, task_id=task_id, summary="Nothing to do")
    before = await kinds(context)
    repo = await repository_of(context, task_id)
    ready = await require_ready(context, repo, wanted(task_id, only=("no-such",)))
    assert (ready.plan, ready.statuses, ready.inputs) == (PlanForOtherClones(), {}, None)
    begun = await begin_completion(context, wanted(task_id), ready.plan)
    assert (begun.is_over, begun.chambers, begun.there) == (True, [], [])
    assert await kinds(context) == before


async def test_a_name_that_no_live_chamber_has_is_refused_before_anything_is_marked(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    repo = await repository_of(context, task_id)
    with pytest.raises(BadInput, match="no live chamber 'aut' to land; the live ones are: auth"):
        await require_ready(context, repo, wanted(task_id, only=("aut",)))

    async def is_open(reads: Reads) -> bool:
        task = await reads.task(task_id)
        return task is not None and task.is_open

    assert await context.store.read(is_open)


async def test_statuses_are_read_once_where_no_confirmation_was_given(context: Context) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    repo = await repository_of(context, task_id)
    ready = await require_ready(context, repo, wanted(task_id))
    assert set(ready.statuses) <= {chambers["auth"].path}
    assert ready.statuses
    assert ready.inputs is not None
    ready = await require_ready(context, repo, wanted(task_id, confirmed=True))
    assert (ready.statuses, ready.inputs) == ({}, None)
