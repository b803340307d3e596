"""Two clones of one bare origin that work on one task, each with its own processes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.models import Chamber
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.delivery.delivery_loop import deliver_as_leader
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository, run_git, small_repository
from tests.support.waiting import until_awaited


@dataclass(frozen=True)
class SharedTask:
    """A task with the chamber `api` here and the chamber `auth` there."""

    id: str
    origin: TestRepository
    here: Context
    there: Context
    api: TestRepository
    auth: TestRepository

    async def chamber(self, name: str) -> Chamber:
        return await chamber_of(self.here, self.id, name)

    async def is_over(self, name: str) -> bool:
        return (await self.chamber(name)).is_over

    async def state(self) -> str:
        return (await self.here.store.snapshot()).tasks[self.id].state

    @property
    def here_main(self) -> TestRepository:
        return TestRepository(self.here.project.main_checkout)

    @property
    def there_main(self) -> TestRepository:
        return TestRepository(self.there.project.main_checkout)

    @property
    def published(self) -> list[str]:
        """The refs of Orchestra's own on the origin."""
        return self.origin.git("for-each-ref", "--format=%(refname)", "refs/orchestra").split()


@asynccontextmanager
async def served(context: Context) -> AsyncGenerator[None]:
    """Have a process on duty in a clone, and heard."""
    async with deliver_as_leader(context.store, context.project, context.clock):

        async def is_heard() -> bool:
            heartbeat = (await context.store.heartbeats()).get(context.clone)
            return heartbeat is not None and heartbeat.is_on_duty

        await until_awaited(is_heard)
        yield


@pytest.fixture
def origin(tmp_path: Path) -> TestRepository:
    seed = small_repository(tmp_path / "seed")
    run_git(tmp_path, "clone", "-q", "--bare", str(seed.path), str(tmp_path / "origin.git"))
    return TestRepository(tmp_path / "origin.git")


def clone_of(origin: TestRepository, name: str, store: Store, settings: Settings) -> Context:
    path = origin.path.with_name(name)
    run_git(origin.path, "clone", "-q", str(origin.path), str(path))
    project = replace(find_project(path), id="shop")
    return Context(store=store, project=project, settings=settings, actor="conductor", clock=now_ms)


@pytest.fixture
async def shared(origin: TestRepository, store: Store, settings: Settings) -> SharedTask:
    here, there = (clone_of(origin, name, store, settings) for name in ("here", "there"))
    for context in (here, there):
        await register_clone(context.store, context.project)
    task_id = await a_started_task(there)
    auth = (await chambers_open(there, task_id, ["auth"]))["auth"]
    api = (await chambers_open(here, task_id, ["api"]))["api"]
    return SharedTask(task_id, origin, here, there, api, auth)


async def left_completing(context: Context, task_id: str) -> None:
    """Do what a call does that dies right after it began."""

    async def decide(reads: Reads) -> Decision[None]:
        task = await reads.task(task_id)
        assert task is not None
        return Decision(
            None,
            task_lifecycle.completing(
                task, at=context.clock(), actor="a", summary="S", clone=context.clone
            )[1],
        )

    await run_transaction(context.store, decide)
