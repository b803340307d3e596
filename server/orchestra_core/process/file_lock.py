"""Locks between processes, which the kernel releases when their holder dies (flock(2)).

A lock belongs to an open file: it is released once the descriptor and every copy inherited by a
child are closed. Only this module calls flock, except for the hook, which imports nothing of the
package. It does without pathlib, because a client waits for a program that locks its baton here.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager


def open_lock_file(path: str | os.PathLike[str], mode: int = 0o666) -> int:
    """Return a descriptor of the lock file, made if necessary; raises OSError.

    A symbolic link is refused: a lock file is never one.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, mode)


def lock_exclusive(descriptor: int) -> None:
    """Wait for the exclusive lock, without a deadline."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def lock_shared(descriptor: int) -> None:
    """Wait for a shared lock, without a deadline."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_lock_exclusive(descriptor: int) -> bool:
    """Take the exclusive lock, or convert a shared one, without waiting; return whether it worked.

    If it fails, a shared lock is lost too: the kernel releases the old lock first.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Release the lock at once, even if a child has inherited the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def locked_file(path: str | os.PathLike[str], mode: int = 0o666) -> Generator[None]:
    """Hold the exclusive lock of a file, made if necessary; waits for it. Raises OSError."""
    with _locked(open_lock_file(path, mode)):
        yield


@contextmanager
def locked_directory(path: str | os.PathLike[str]) -> Generator[None]:
    """Hold the exclusive lock of a directory; waits for it. Raises OSError."""
    with _locked(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)):
        yield


def is_locked(path: str | os.PathLike[str]) -> bool:
    """Tell whether anyone holds the lock, shared or exclusive; makes no file."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not try_lock_exclusive(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(descriptor: int) -> Generator[None]:
    try:
        lock_exclusive(descriptor)
        yield
    finally:
        os.close(descriptor)
