"""A duty that only one process of a repository has at a time, the next taking over when it ends."""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from orchestra_core.file_lock import lock_exclusive, open_lock_file, try_lock_exclusive

_log = logging.getLogger(__name__)


@asynccontextmanager
async def on_duty(lock: Path) -> AsyncGenerator[None]:
    """Wait, however long, until the duty is free, and have it within.

    The lock is the kernel's: it goes with its holder, whoever kills that. Raises OSError where the
    file cannot be made.
    """
    descriptor = open_lock_file(lock)
    if not try_lock_exclusive(descriptor):
        await _wait_for(descriptor)
    try:
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def duty_taken(
    lock: Path, work: Callable[[], Awaitable[None]], who: str
) -> AsyncGenerator[None]:
    """Wait for the duty in the background and do its work within.

    Whatever befalls it is a line in the log, in which it is called `who`, and nothing more.
    """

    async def serve() -> None:
        async with on_duty(lock):
            await work()

    def say_why(task: asyncio.Task[None]) -> None:
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            _log.error("%s has ended; the next server takes it up", who, exc_info=fault)

    task = asyncio.create_task(serve())
    task.add_done_callback(say_why)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _wait_for(descriptor: int) -> None:
    """Wait in a daemon thread, which alone can be left behind: nothing ends a waiting flock.

    A thread whose waiter has given up gives the lock back as soon as it gets it.
    """
    loop = asyncio.get_running_loop()
    got: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if got.done():
            os.close(descriptor)
        else:
            got.set_result(None)

    def wait() -> None:
        with suppress(OSError):
            lock_exclusive(descriptor)
        try:
            loop.call_soon_threadsafe(tell)
        except RuntimeError:  # the loop has ended meanwhile
            os.close(descriptor)

    threading.Thread(target=wait, name="orchestra-duty", daemon=True).start()
    await got
