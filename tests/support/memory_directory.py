"""The directory for tests' repositories: in memory if possible, because git is faster there."""

import os
import shutil
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_LEAST_FREE = 4 * 2**30  # bytes; containers often have 64 MB


def memory_directory() -> Path | None:
    """Return a directory in memory with room for the tests, whose scripts may be run; else None."""
    if not os.access(_SHARED_MEMORY, os.W_OK | os.X_OK):
        return None
    may_run = not os.statvfs(_SHARED_MEMORY).f_flag & getattr(os, "ST_NOEXEC", 0)
    has_room = shutil.disk_usage(_SHARED_MEMORY).free > _LEAST_FREE
    return _SHARED_MEMORY if may_run and has_room else None
