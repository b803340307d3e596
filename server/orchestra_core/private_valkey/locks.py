"""Locks that the kernel lets go of when their holder dies, whatever it died of (flock(2))."""

import contextlib
import fcntl
import os
from collections.abc import Generator
from pathlib import Path

from orchestra_core.private_valkey.paths import unusable


@contextlib.contextmanager
def opened(path: Path) -> Generator[int]:
    """Give a descriptor of the lock file, to try with `try_alone`; raises StoreUnavailable."""
    descriptor = _open(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def take_shared(path: Path) -> int:
    """Return a descriptor that shares the lock; waits for one who holds it alone."""
    return _take(path, fcntl.LOCK_SH)


@contextlib.contextmanager
def alone(path: Path) -> Generator[None]:
    """Hold the lock alone; waits for everyone else."""
    descriptor = _take(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def try_alone(descriptor: int) -> bool:
    """Try to hold the lock alone, or to make a share so, without waiting.

    When it fails a share is lost too: the kernel gives up the old lock first.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Tell whether anyone holds the lock in any way; makes nothing."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not try_alone(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise unusable(path, error) from error


def _take(path: Path, kind: int) -> int:
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, kind)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, OSError):
            raise unusable(path, error) from error
        raise
    return descriptor
