"""The radar as a server has it: one server of a repository looks, the next takes over from it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from orchestra_core.clock import Clock
from orchestra_core.project import Project
from orchestra_core.store.store import Store
from orchestra_server.conductor.conflict_radar import ConflictRadar
from orchestra_server.conductor.only_one import on_duty

_LOCK = "orchestra-radar.lock"
_log = logging.getLogger(__name__)


@asynccontextmanager
async def radar_on_duty(store: Store, project: Project, clock: Clock) -> AsyncGenerator[None]:
    """Have the radar look within; whatever befalls it is a line in the log and nothing more."""
    task = asyncio.create_task(_look(store, project, clock))
    task.add_done_callback(_say_why)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look(store: Store, project: Project, clock: Clock) -> None:
    async with on_duty(project.git_dir / _LOCK):
        await ConflictRadar(store, project, clock).run()


def _say_why(task: asyncio.Task[None]) -> None:
    fault = None if task.cancelled() else task.exception()
    if fault is not None:
        _log.error("the conflict radar has ended; the next server takes it up", exc_info=fault)
