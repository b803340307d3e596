"""One call at a time ends a given task or closes its chambers.

The kernel frees a dead process's lock, so a task that is 'completing' without anybody holding its
lock was abandoned.
"""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from pathlib import Path

from orchestra_core.process.file_lock import is_locked, open_lock_file, try_lock_exclusive
from orchestra_server.usecases.concurrency.leader_lock import hold_lock

_FOLDER = Path("orchestra", "tasks")


@asynccontextmanager
async def lock_task(common_dir: Path, task_id: str) -> AsyncGenerator[None]:
    """Wait until no other call, in any process, ends this task or closes one of its chambers."""
    path = _lock_file(common_dir, task_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    async with hold_lock(path):
        yield


@contextmanager
def try_lock_task(common_dir: Path, task_id: str) -> Generator[bool]:
    """Hold the lock within the block unless somebody else does; yield whether it is held."""
    path = _lock_file(common_dir, task_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = open_lock_file(path)
    try:
        yield try_lock_exclusive(descriptor)
    finally:
        os.close(descriptor)


def is_task_locked(common_dir: Path, task_id: str) -> bool:
    """Tell whether a call is ending the task or closing one of its chambers right now."""
    return is_locked(_lock_file(common_dir, task_id))


def _lock_file(common_dir: Path, task_id: str) -> Path:
    return common_dir / _FOLDER / f"{sha256(task_id.encode()).hexdigest()[:16]}"
