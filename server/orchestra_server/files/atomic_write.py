"""Writes whole files or none: into a temporary file beside the target, then renamed over it."""

import os
import secrets
from pathlib import Path

from orchestra_server.domain.chambers.orchestra_files import TEMPORARY_PREFIX


def write_atomically(path: Path, data: bytes, mode: int = 0o644, *, durable: bool = False) -> None:
    """Replace the file at `path` with `data`, so that a reader sees the old or the new one whole.

    A symlink there is replaced, not followed; a directory that is not empty is moved aside, for it
    may hold someone's work. `durable` waits for the disk, for files that are not projections.
    Raises OSError; then the place is as it was.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(6)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # the mode asked for, whatever the umask
            file.write(data)
            file.flush()
            if durable:
                os.fsync(descriptor)
        if path.is_dir() and not path.is_symlink():
            move_aside(path)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def move_aside(directory: Path) -> None:
    """Free the name of a directory: an empty one goes, a full one is kept as `NAME.displaced-…`."""
    try:
        directory.rmdir()
    except OSError:
        directory.rename(directory.with_name(f"{directory.name}.displaced-{secrets.token_hex(3)}"))
