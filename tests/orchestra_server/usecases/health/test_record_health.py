"""What is wrong with a chamber is recorded once, and taken back when it is over."""

from orchestra_core.models import Chamber
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.health.record_health import record_health, refresh_health
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository


async def test_a_detached_chamber_is_recorded_until_it_is_on_its_branch_again(
    context: Context, repository: TestRepository
) -> None:
    task_id, auth = await one_chamber(context)
    auth.git("switch", "--quiet", "--detach")
    await refresh_health(context, Repository(repository.path, repository.path / ".git"))
    detached = await chamber_of(context, task_id, "auth")
    auth.git("switch", "--quiet", "-")
    await refresh_health(context, Repository(repository.path, repository.path / ".git"))
    assert [sentence.partition(":")[0] for sentence in detached.health] == ["detached"]
    assert (await chamber_of(context, task_id, "auth")).health == ()


async def test_the_same_health_is_not_recorded_twice(context: Context) -> None:
    task_id, _ = await one_chamber(context)
    chamber = await chamber_of(context, task_id, "auth")
    await record(context, chamber, "hook gone")
    before = (await context.store.snapshot()).seq
    await record(context, chamber, "hook gone")
    assert (await context.store.snapshot()).seq == before


async def test_a_chamber_that_has_closed_meanwhile_is_left_as_it_is(context: Context) -> None:
    task_id, _ = await one_chamber(context)
    state = await context.store.snapshot()
    chamber = await chamber_of(context, task_id, "auth")
    await close_chamber(context, task_id=task_id, chamber="auth")
    await record_health(context.store, context.clock, state, {chamber.id: ("hook gone",)})
    assert (await chamber_of(context, task_id, "auth")).health == ()


async def one_chamber(context: Context) -> tuple[str, TestRepository]:
    task_id = await a_started_task(context)
    return task_id, (await chambers_open(context, task_id, ["auth"]))["auth"]


async def record(context: Context, chamber: Chamber, sentence: str) -> None:
    state = await context.store.snapshot()
    await record_health(context.store, context.clock, state, {chamber.id: (sentence,)})
