"""Whether the system's limit of file watches is reached, and what a watcher's failure means.

The watcher does not report a new directory that it could not watch, so the limit is tested.
"""

import ctypes
import errno
import os
import sys
from pathlib import Path

WATCHES = "the limit of inotify watches is reached; raise fs.inotify.max_user_watches"
INSTANCES = (
    "the limit of inotify instances or of open files is reached; raise "
    "fs.inotify.max_user_instances or ulimit -n"
)
_IN_CREATE = 0x100
_WATCH_WORDS = ("file watch limit", "no space left", "os error 28")
_INSTANCE_WORDS = ("too many open files", "os error 24")


def explain_failure(why: str) -> str:
    """Return a watcher's failure as a reason, with a cure if one is known."""
    words = why.casefold()
    if any(word in words for word in _WATCH_WORDS):
        return WATCHES
    if any(word in words for word in _INSTANCE_WORDS):
        return INSTANCES
    return f"the system refuses: {why}"


def reached_limit(directory: Path) -> str:
    """Return which limit keeps one more directory from being watched, "" for none."""
    if sys.platform != "linux":
        return ""
    libc = ctypes.CDLL(None, use_errno=True)
    instance = libc.inotify_init1(os.O_CLOEXEC)
    if instance < 0:
        return INSTANCES if ctypes.get_errno() == errno.EMFILE else ""
    try:
        watch = libc.inotify_add_watch(instance, os.fsencode(directory), _IN_CREATE)
        return WATCHES if watch < 0 and ctypes.get_errno() == errno.ENOSPC else ""
    finally:
        os.close(instance)
