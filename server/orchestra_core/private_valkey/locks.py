"""The private server's lock files: each failure is the one line of a directory that is unusable."""

import contextlib
import os
from collections.abc import Callable, Generator
from pathlib import Path

from orchestra_core.private_valkey.paths import unusable_directory
from orchestra_core.process.file_lock import lock_exclusive, lock_shared, open_lock_file


@contextlib.contextmanager
def opened(path: Path) -> Generator[int]:
    """Give a descriptor of the lock file that holds no lock yet; raises StoreUnavailable."""
    descriptor = _open(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def take_shared(path: Path) -> int:
    """Return a descriptor that shares the lock; waits for one who holds it alone."""
    return _take(path, lock_shared)


@contextlib.contextmanager
def hold_exclusively(path: Path) -> Generator[None]:
    """Hold the lock alone; waits for everyone else."""
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
