"""A value that is observed of chambers is written once, and only where it has changed."""

from orchestra_core.models import Chamber
from orchestra_core.names import chamber_id
from orchestra_server.domain.chambers.chamber_health import health_changed
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.record_chamber_values import (
    ChamberValue,
    record_chamber_values,
)
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, kinds


def _health(chamber: Chamber) -> tuple[str, ...]:
    return chamber.health


HEALTH = ChamberValue(_health, health_changed)


async def test_only_values_that_have_changed_are_written(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "api"])
    values = {chamber_id(task_id, "auth"): ("hook gone",), chamber_id(task_id, "api"): ()}
    state = await context.store.snapshot()
    await record_chamber_values(context.store, context.clock, state.chambers, HEALTH, values)
    await record_chamber_values(context.store, context.clock, state.chambers, HEALTH, values)
    assert (await chamber_of(context, task_id, "auth")).health == ("hook gone",)
    assert (await kinds(context)).count("chamber.health-changed") == 1


async def test_a_chamber_that_is_unknown_or_has_closed_meanwhile_is_left_as_it_is(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    state = await context.store.snapshot()
    await close_chamber(context, task_id=task_id, chamber="auth")
    values = {chamber_id(task_id, name): ("hook gone",) for name in ("auth", "api")}
    await record_chamber_values(context.store, context.clock, state.chambers, HEALTH, values)
    assert (await chamber_of(context, task_id, "auth")).health == ()
    assert "chamber.health-changed" not in await kinds(context)
