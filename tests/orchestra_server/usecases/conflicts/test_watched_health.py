"""Which chambers are not watched, and why, is recorded with what else is wrong with them."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

from orchestra_server.domain.chambers.chamber_health import TOO_LARGE
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.watch_plan import WatchPlan
from orchestra_server.usecases.conflicts.watched_health import WatchedHealth
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

PLAN = WatchPlan(
    chambers=tuple(
        ComparedChamber(name, Path("/shop") / name, "refs/heads/main") for name in ("auth", "api")
    ),
    watched=frozenset({"auth"}),
)


def health_of(context: Context) -> WatchedHealth:
    async def in_thread(call: Any, *args: object) -> Any:
        return await asyncio.to_thread(call, *args)

    return WatchedHealth(context.store, context.project, context.clock, in_thread)


async def test_a_chamber_outside_the_plan_is_too_large_to_be_watched(context: Context) -> None:
    health = health_of(context)
    assert health.unwatched(PLAN) == {"api": TOO_LARGE}
    assert not await health.is_limited(WatchPlan())


async def test_no_chamber_is_watched_while_the_system_refuses(context: Context) -> None:
    health = health_of(context)
    health.refused = "no watches are left"
    assert health.unwatched(PLAN) == dict.fromkeys(("auth", "api"), "no watches are left")


async def test_the_reason_and_what_else_is_wrong_are_recorded(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    repo, health = open_repository(repository.path), health_of(context)
    auth = (await chamber_of(context, task_id, "auth")).id

    async def record(unwatched: dict[str, str]) -> bool:
        return await health.record(repo, await context.store.snapshot(), unwatched)

    assert not await record({auth: TOO_LARGE})
    assert (await chamber_of(context, task_id, "auth")).health == (f"not watched: {TOO_LARGE}",)
    assert (await chamber_of(context, task_id, "api")).health == ()
    shutil.rmtree(chambers["api"].path)
    assert await record({})
    assert (await chamber_of(context, task_id, "auth")).health == ()
    [gone] = (await chamber_of(context, task_id, "api")).health
    assert "gone" in gone
    assert not await record({})
