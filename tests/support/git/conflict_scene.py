"""Two chambers under the conflict monitor, with real worktrees, watches and store."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from orchestra_core.events import Event
from orchestra_core.models import Conflict
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.conflict_monitor import watch_as_leader
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository
from tests.support.stores.store_watch import Watch, watching


@dataclass
class Scene:
    """Two watched chambers, and the events of the store."""

    context: Context
    task_id: str
    auth: TestRepository
    api: TestRepository
    told: Watch

    async def next(self, kind: str) -> Conflict:
        """Wait for the next event of this kind."""
        seen = len(self.told.events)
        await self.told.until(lambda told: any(event.kind == kind for event in told.events[seen:]))
        event = next(event for event in self.told.events[seen:] if event.kind == kind)
        assert event.data.conflict is not None
        return event.data.conflict

    async def watched(self) -> None:
        """Make a conflict, and wait until it was found by watching, not by the first check."""
        self.auth.write("README", "by auth\n")
        for text, kind in (("by api\n", "appeared"), ("by auth\n", "cleared")) * 2:
            self.api.write("README", text)
            await self.next(f"collision.{kind}")

    def conflicts(self) -> list[Event]:
        return [event for event in self.told.events if event.kind.startswith("collision.")]


@asynccontextmanager
async def radar_scene(context: Context) -> AsyncGenerator[Scene]:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    async with radar_on(context), watching(context.store) as told:
        yield Scene(context, task_id, chambers["auth"], chambers["api"], told)


@asynccontextmanager
async def radar_on(context: Context) -> AsyncGenerator[None]:
    async with watch_as_leader(context.store, context.project, context.clock):
        yield
