"""Keeps `git gc` out, by git's own file `gc.pid`, while objects without a ref are written.

A `git gc` writes its process and machine there, and does nothing if it finds a running process
named. `git gc --prune=now` would delete what a commit or a merge has just written, even after a ref
holds it, because it lists what to keep when it begins. It takes `gc.pid.lock` before it reads the
file. So a process that has written the file, finds no such lock and is still named keeps it out. A
killed process's file keeps nobody out.
"""

import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from orchestra_core.process.file_lock import (
    lock_shared,
    locked_file,
    open_lock_file,
    try_lock_exclusive,
)

PID_FILE = "gc.pid"
_GIT_LOCK = "gc.pid.lock"
_HOLD = Path("orchestra", "gc.hold")  # locked shared by holders; names what one wrote
_TAKE = Path("orchestra", "gc.take")  # locked exclusively while one of them writes
_PATIENCE_S = 5.0  # seconds; a large gc takes minutes, and rarely deletes new objects
_LOOK_S = 0.002
_TRUSTED_S = 12 * 3_600  # seconds; git ignores an older file
_LEFT_S = 60  # seconds; git holds its lock only briefly, an older one was left by a dead process
_LONGEST = 400


@contextmanager
def gc_held(common_dir: Path, patience: float = _PATIENCE_S) -> Generator[bool]:
    """Keep every new `git gc` out within the block, after a running one has ended. Blocking.

    Yields False, and keeps nobody out, if a running one does not end in time or the file cannot be
    written.
    """
    descriptor = _open_hold(common_dir)
    if descriptor < 0:
        yield False
        return
    try:
        lock_shared(descriptor)
        yield _wait_for(common_dir, descriptor, time.monotonic() + patience)
    finally:
        if try_lock_exclusive(descriptor):  # no other process of Orchestra holds it
            _leave(common_dir, descriptor)
        os.close(descriptor)


def _open_hold(common_dir: Path) -> int:
    try:
        (common_dir / _HOLD).parent.mkdir(exist_ok=True)
        return open_lock_file(common_dir / _HOLD)
    except OSError:
        return -1


def _wait_for(common_dir: Path, descriptor: int, deadline: float) -> bool:
    """Take the file, or share it with another call; return whether that worked in time."""
    while True:
        try:
            with locked_file(common_dir / _TAKE):
                if _take(common_dir, descriptor):
                    return True
        except OSError:
            return False
        if time.monotonic() > deadline or _age(common_dir / _GIT_LOCK) > _LEFT_S:
            return False
        time.sleep(_LOOK_S)


def _take(common_dir: Path, descriptor: int) -> bool:
    """Write the file unless it names a running process that is not Orchestra's."""
    pid_file, git_lock = common_dir / PID_FILE, common_dir / _GIT_LOCK
    if _is_running(pid_file):
        named = _named(pid_file)
        return bool(named) and named == os.pread(descriptor, _LONGEST, 0)
    if git_lock.exists():  # another gc is reading the file, or left its lock there when it died
        return False
    own = f"{os.getpid()} {socket.gethostname()}".encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, own, 0)
    pid_file.write_bytes(own)
    return not git_lock.exists() and _named(pid_file) == own


def _leave(common_dir: Path, descriptor: int) -> None:
    """Remove the file if it is unchanged since one of Orchestra's calls wrote it."""
    pid_file = common_dir / PID_FILE
    own = os.pread(descriptor, _LONGEST, 0)
    if own and _named(pid_file) == own:
        pid_file.unlink(missing_ok=True)
    os.ftruncate(descriptor, 0)


def _named(pid_file: Path) -> bytes:
    try:
        return pid_file.read_bytes()
    except OSError:
        return b""


def _is_running(pid_file: Path) -> bool:
    """Tell, as git does, whether the file names a running process, or one of another machine."""
    pid, _, machine = _named(pid_file).partition(b" ")
    if not pid.isdigit() or not machine or _age(pid_file) > _TRUSTED_S:
        return False
    if machine.strip() != os.fsencode(socket.gethostname()):
        return True
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _age(path: Path) -> float:
    """Return the seconds since a file was written, 0 if it does not exist."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
