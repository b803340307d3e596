"""The monitor records when a chamber comes to hold work, and when all of it is committed."""

from collections.abc import Awaitable, Callable

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import StoreUnavailable
from orchestra_core.names import chamber_id
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Committed, Store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.conflict_monitor import watch_as_leader
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, kinds
from tests.support.waiting import until_awaited


async def until_work(context: Context, task_id: str, work: str) -> None:
    async def has_it() -> bool:
        return (await chamber_of(context, task_id, "auth")).work == work

    await until_awaited(has_it)


async def test_work_is_recorded_as_it_comes_and_only_when_it_changes(context: Context) -> None:
    task_id = (await start_task(context, description="x", complexity="moderate")).task_id
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    assert (await chamber_of(context, task_id, "auth")).work == ""
    async with watch_as_leader(context.store, context.project, context.clock):
        await until_work(context, task_id, "none")
        auth.write("auth.py", "one\n")
        await until_work(context, task_id, "uncommitted")
        auth.write("auth.py", "two\n")
        auth.commit("mine", {"auth.py": "three\n"})
        await until_work(context, task_id, "committed")
    assert (await kinds(context)).count("chamber.work-changed") == 3
    assert (await kinds(context)).count("task.phase-advanced") == 1
    state = await context.store.snapshot()
    assert state.chambers[chamber_id(task_id, "auth")].work == "committed"


async def test_work_that_the_store_did_not_take_is_recorded_at_the_next_check(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    transact, refused = Store.transact, list[str]()

    async def refuse_once(store: Store, decide: Callable[[Reads], Awaitable[Change]]) -> Committed:
        async def decide_or_refuse(reads: Reads) -> Change:
            change = await decide(reads)
            if not refused and any(event.kind == "chamber.work-changed" for event in change.events):
                refused.append("work")
                raise StoreUnavailable("the store is away")
            return change

        return await transact(store, decide_or_refuse)

    monkeypatch.setattr(Store, "transact", refuse_once)
    async with watch_as_leader(context.store, context.project, context.clock):
        await until_work(context, task_id, "none")
    assert refused == ["work"]
