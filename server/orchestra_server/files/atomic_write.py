"""Writes files atomically: into a temporary file next to the target, then renamed over it."""

import os
import secrets
from pathlib import Path

from orchestra_server.domain.chambers.orchestra_files import TEMPORARY_PREFIX


def write_atomically(path: Path, data: bytes, mode: int = 0o644, *, durable: bool = False) -> None:
    """Replace the file at `path` with `data`, so that a reader sees the old or the new one whole.

    A symlink there is replaced, not followed. A directory that is not empty is moved aside, because
    it may hold someone's work. `durable` waits for the disk, for files that are not projections.
    Raises OSError; then nothing has changed.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(6)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # the requested mode, whatever the umask
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
    """Free a directory's name: an empty one is removed, any other is kept as `NAME.displaced-…`."""
    try:
        directory.rmdir()
    except OSError:
        directory.rename(directory.with_name(f"{directory.name}.displaced-{secrets.token_hex(3)}"))
