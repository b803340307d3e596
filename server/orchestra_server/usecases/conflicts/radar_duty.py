"""The radar as a server has it: one server of a repository looks, the next takes over from it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from orchestra_core.clock import Clock
from orchestra_core.project import Project
from orchestra_core.store.store import Store
from orchestra_server.usecases.concurrency.leader_lock import duty_taken
from orchestra_server.usecases.conflicts.conflict_monitor import ConflictMonitor

_LOCK = "orchestra-radar.lock"


@asynccontextmanager
async def radar_on_duty(store: Store, project: Project, clock: Clock) -> AsyncGenerator[None]:
    """Have the radar look within; whatever befalls it is a line in the log and nothing more."""

    async def look() -> None:
        await ConflictMonitor(store, project, clock).run()

    async with duty_taken(project.git_dir / _LOCK, look, "the conflict radar"):
        yield
