"""A conflict is recorded once, and is over when its sides merge or one of them has ended."""

from orchestra_core.models import Conflict
from orchestra_core.names import chamber_id
from orchestra_server.domain.chambers.conflicts import Pair, Verdict
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.record_conflicts import record_conflicts
from tests.support.conductor.tasks import a_started_task, chambers_open, kinds

SAME = Verdict(merges=False, kinds={"src/app.py": "content"})
FREE = Verdict(merges=True)


async def a_pair(context: Context) -> Pair:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["api", "auth"])
    return chamber_id(task_id, "api"), chamber_id(task_id, "auth")


async def record(context: Context, verdicts: dict[Pair, Verdict]) -> list[Conflict]:
    """Record the verdicts, and return the conflicts that are open afterwards."""
    state = await context.store.snapshot()
    await record_conflicts(context.store, context.clock, state, verdicts, context.clone)
    conflicts = (await context.store.snapshot()).conflicts.values()
    return [conflict for conflict in conflicts if conflict.state == "open"]


async def test_a_conflict_is_recorded_once_and_ends_with_the_verdict(context: Context) -> None:
    pair = await a_pair(context)
    (conflict,) = await record(context, {pair: SAME})
    assert (conflict.between, conflict.files) == (pair, ("src/app.py",))
    await record(context, {pair: SAME})
    assert (await kinds(context)).count("collision.appeared") == 1
    assert await record(context, {pair: FREE}) == []


async def test_a_conflict_of_a_chamber_that_has_ended_is_over_without_a_verdict(
    context: Context,
) -> None:
    pair = await a_pair(context)
    await record(context, {pair: SAME})
    task_id, _, name = pair[0].rpartition("/")
    await close_chamber(context, task_id=task_id, chamber=name)
    (conflict,) = (await context.store.snapshot()).conflicts.values()
    assert conflict.state == "open"
    assert await record(context, {}) == []
