"""The file `.DISCOVERY` in a chamber's root, in which a worker tells others what it has found.

It is renamed before it is read, so that nothing written meanwhile is lost, and removed after its
discoveries are recorded. A file claimed by a reader that died is read again.
"""

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.files.hook.find_reader import DISCOVERY

CLAIMED = f"{DISCOVERY}.claimed"
# Bytes; a larger file is not a discovery.
SIZE_LIMIT = 256 * 1024
# Seconds after which a file with an unfinished last line counts as finished.
_UNFINISHED_S = 2.0


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """A claimed file with its content; None if it is not a readable file."""

    path: Path
    content: bytes | None


def has_discovery_file(chamber: Path) -> bool:
    """Tell whether a worker has written something, complete or not; quick.

    A directory with that name does not count, nor does a file in the target of a chamber that
    became a link.
    """
    return not chamber.is_symlink() and (
        _is_there(chamber / CLAIMED) or _is_there(chamber / DISCOVERY)
    )


def claim_discovery_file(
    chamber: Path, *, is_last: bool = False, written_until_ms: int = 0
) -> ClaimedFile | None:
    """Claim what a worker has written; None if there is nothing, or it is not complete yet.

    With `is_last` it does not wait for more. What was written before `written_until_ms`, when a
    tool of the worker ended, is complete. Raises OSError if the chamber cannot be written.
    """
    if not has_discovery_file(chamber):
        return None
    claimed = chamber / CLAIMED
    if not _is_there(claimed):
        written = chamber / DISCOVERY
        if not is_last and _is_half_written(written, written_until_ms):
            return None
        written.rename(claimed)
    return ClaimedFile(claimed, _content(claimed))


def _is_there(path: Path) -> bool:
    return path.is_symlink() or (path.exists() and not path.is_dir())


def _is_half_written(path: Path, written_until_ms: int) -> bool:
    """Tell whether a file's last line is unfinished and its writer may still be writing."""
    content = _content(path)
    if content is None or content.endswith(b"\n") or len(content) > SIZE_LIMIT:
        return False
    written = path.lstat().st_mtime
    is_tool_over = written * 1_000 <= written_until_ms
    return not is_tool_over and time.time() - written < _UNFINISHED_S


def _content(path: Path) -> bytes | None:
    """Return a regular file's content, cut one byte above the limit; nothing else is opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(SIZE_LIMIT + 1)
