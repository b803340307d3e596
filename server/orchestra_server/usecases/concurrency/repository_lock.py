"""Making and removing chambers: one call at a time per repository, and each to its end.

The lock is the kernel's, so a process that dies gives it up: whoever holds it knows that a
chamber that is still 'creating' or 'closing' was left that way.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from orchestra_server.usecases.concurrency.leader_lock import on_duty

Result = TypeVar("Result")
_LOCK = "orchestra-chambers.lock"
_running: set[asyncio.Task[Any]] = set()
_log = logging.getLogger(__name__)


@asynccontextmanager
async def alone_with_chambers(common_dir: Path) -> AsyncGenerator[None]:
    """Wait until no other call, of whatever process, makes or removes chambers here."""
    async with on_duty(common_dir / _LOCK):
        yield


async def to_its_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what `work` returns; a caller that gives up waiting does not stop it half way.

    A client that repeats its call then finds the outcome of the first.
    """
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_forget)
    return await asyncio.shield(task)


def _forget(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and task.exception() is not None:
        _log.debug("ended with %r", task.exception())
