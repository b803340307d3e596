"""The private server's lock files. Every failure becomes the one line for an unusable directory."""

import contextlib
import os
from collections.abc import Callable, Generator
from pathlib import Path

from orchestra_core.private_valkey.paths import unusable_directory
from orchestra_core.process.file_lock import lock_exclusive, lock_shared, open_lock_file


@contextlib.contextmanager
def opened(path: Path) -> Generator[int]:
    """Yield a descriptor of the lock file, not locked yet; raises StoreUnavailable."""
    descriptor = _open(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def take_shared(path: Path) -> int:
    """Return a descriptor that shares the lock; waits for an exclusive holder."""
    return _take(path, lock_shared)


@contextlib.contextmanager
def hold_exclusively(path: Path) -> Generator[None]:
    """Hold the exclusive lock; waits for all other holders."""
    descriptor = _take(path, lock_exclusive)
    try:
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return open_lock_file(path, mode=0o600)
    except OSError as error:
        raise unusable_directory(path, error) from error


def _take(path: Path, lock: Callable[[int], None]) -> int:
    descriptor = _open(path)
    try:
        lock(descriptor)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, OSError):
            raise unusable_directory(path, error) from error
        raise
    return descriptor
