"""Elects one process of a repository for a duty; when it ends, the next one takes over."""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from orchestra_core.errors import unavailable
from orchestra_core.process.file_lock import lock_exclusive, open_lock_file, try_lock_exclusive

_log = logging.getLogger(__name__)


@asynccontextmanager
async def hold_lock(lock: Path) -> AsyncGenerator[None]:
    """Wait, without a limit, until the lock is free, and hold it within the block.

    The kernel frees it when the process ends, even by a signal. Raises OSError if the file cannot
    be created.
    """
    descriptor = open_lock_file(lock)
    if not try_lock_exclusive(descriptor):
        await _wait_for(descriptor)
    try:
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def run_as_leader(
    lock: Path,
    work: Callable[[], Awaitable[None]],
    who: str,
    on_failure: Callable[[], object] = lambda: None,
) -> AsyncGenerator[None]:
    """Run `work` in the background once this process holds the lock, until the block ends.

    A failure of `work` is logged under the name `who` and does not reach the caller, but
    `on_failure` is called.
    """

    async def lead() -> None:
        async with hold_lock(lock):
            await work()

    def log_failure(task: asyncio.Task[None]) -> None:
        fault = None if task.cancelled() else task.exception()
        if isinstance(fault, OSError):
            _log.error("%s failed: %s", who, unavailable(fault))
        elif fault is not None:
            _log.error("%s failed; the next server takes over", who, exc_info=fault)
            on_failure()

    task = asyncio.create_task(lead())
    task.add_done_callback(log_failure)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _wait_for(descriptor: int) -> None:
    """Wait in a daemon thread: a waiting flock cannot be cancelled, but such a thread can be left.

    If the waiter has given up, the thread releases the lock as soon as it gets it.
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
        except RuntimeError:  # the event loop has closed meanwhile
            os.close(descriptor)

    threading.Thread(target=wait, name="orchestra-duty", daemon=True).start()
    await got
