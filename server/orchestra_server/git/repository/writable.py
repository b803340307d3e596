"""Checks, before a call changes anything, whether this user can write where it will."""

import errno
import os
from pathlib import Path

from orchestra_core.errors import OrchestraError, unavailable
from orchestra_server.git.repository.repository import Repository

# Git writes there for each worktree, commit and branch; the rest of its directory is alike.
_WRITTEN_BY_GIT = ("", "objects", "refs", "refs/heads", "worktrees")


def require_writable(*directories: Path) -> None:
    """Raise Unavailable for the first directory in which this user cannot create files.

    For a missing one, the nearest existing one above it is checked.
    """
    for directory in directories:
        fault = write_fault(directory)
        if fault:
            raise fault


def require_writable_repository(repo: Repository) -> None:
    """Raise Unavailable, naming the directory, if git could not write its own files."""
    places = (repo.common_dir / name for name in _WRITTEN_BY_GIT)
    require_writable(*(place for place in places if place.is_dir()))


def write_fault(directory: Path) -> OrchestraError | None:
    """Return the error that says why a directory is not writable, None if it is."""
    place = next((path for path in (directory, *directory.parents) if path.is_dir()), directory)
    if os.access(place, os.W_OK | os.X_OK):
        return None
    read_only = place.exists() and os.statvfs(place).f_flag & os.ST_RDONLY
    code = errno.EROFS if read_only else errno.EACCES
    return unavailable(OSError(code, os.strerror(code), str(place)))
