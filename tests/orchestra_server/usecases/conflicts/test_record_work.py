"""The monitor records when a chamber comes to hold work, and when all of it is committed."""

from orchestra_core.names import chamber_id
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.conflict_monitor import watch_as_leader
from tests.support.conducting import a_started_task, chamber_of, chambers_open, kinds
from tests.support.waiting import until_awaited


async def until_work(context: Context, task_id: str, work: str) -> None:
    async def has_it() -> bool:
        return (await chamber_of(context, task_id, "auth")).work == work

    await until_awaited(has_it)


async def test_work_is_recorded_as_it_comes_and_only_when_it_changes(context: Context) -> None:
    task_id = await a_started_task(context)
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
    state = await context.store.snapshot()
    assert state.chambers[chamber_id(task_id, "auth")].work == "committed"
