"""One call at a time adds chambers to a repository or repairs it, and each call runs to its end.

The kernel frees a dead process's lock. The only user programs that run under it are those that git
starts when a ref or the list of worktrees changes.
"""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from orchestra_server.git.repository.gc_hold import gc_held
from orchestra_server.usecases.concurrency.leader_lock import hold_lock

Result = TypeVar("Result")
_LOCK = "orchestra-chambers.lock"
_LANDING = "orchestra-merge.lock"
_running: set[asyncio.Task[Any]] = set()
_log = logging.getLogger(__name__)


@asynccontextmanager
async def lock_repository(common_dir: Path, *, to_look: bool = False) -> AsyncGenerator[None]:
    """Wait until no other call, in any process, adds chambers to this repository or repairs it.

    A caller that only wants `to_look` needs no lock on a read-only disk, because nothing can change
    there.
    """
    lock = common_dir / _LOCK
    if to_look and not os.access(lock if lock.exists() else common_dir, os.W_OK):
        yield
        return
    async with hold_lock(lock):
        yield


@asynccontextmanager
async def lock_landing(common_dir: Path) -> AsyncGenerator[None]:
    """Wait until no other call, in any process, merges and lands a task of this repository."""
    async with hold_lock(common_dir / _LANDING):
        yield


@asynccontextmanager
async def keep_gc_out(common_dir: Path) -> AsyncGenerator[None]:
    """Keep `git gc` from beginning within the block, and wait a few seconds for a running one."""
    hold = gc_held(common_dir)
    await asyncio.to_thread(hold.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(hold.__exit__, None, None, None)


async def run_shielded(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what `work` returns; it runs to its end even if the caller is cancelled.

    A client that repeats its call then gets the result of the first one.
    """
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_forget)
    return await asyncio.shield(task)


def _forget(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and task.exception() is not None:
        _log.debug("ended with %r", task.exception())
