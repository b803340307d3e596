"""One call at a time creates, restores or closes a given chamber.

Take it before the repository lock, never while holding that, because the user's programs may run
under it for minutes. The kernel frees a dead process's lock, so a chamber that is 'creating'
without anybody holding its lock was abandoned.
"""

import os
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from orchestra_core.process.file_lock import is_locked, open_lock_file, try_lock_exclusive
from orchestra_server.usecases.concurrency.leader_lock import hold_lock

_FOLDER = Path("orchestra", "chambers")


@asynccontextmanager
async def lock_chambers(common_dir: Path, names: Iterable[str]) -> AsyncGenerator[None]:
    """Wait until no other call, in any process, holds the lock of chambers with these names."""
    async with AsyncExitStack() as locks:
        for name in sorted(set(names)):  # always in the same order, to avoid deadlocks
            await locks.enter_async_context(hold_lock(_lock_file(common_dir, name)))
        yield


@contextmanager
def try_lock_chamber(common_dir: Path, name: str) -> Generator[bool]:
    """Hold the lock within the block unless somebody else does; yield whether it is held."""
    descriptor = open_lock_file(_lock_file(common_dir, name))
    try:
        yield try_lock_exclusive(descriptor)
    finally:
        os.close(descriptor)


def is_chamber_locked(common_dir: Path, name: str) -> bool:
    """Tell whether a call is creating, restoring or closing a chamber of this name right now."""
    return is_locked(common_dir / _FOLDER / name)


def _lock_file(common_dir: Path, name: str) -> Path:
    path = common_dir / _FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
