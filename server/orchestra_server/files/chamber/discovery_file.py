"""The file `.DISCOVERY` in a chamber's root, by which a worker tells the others what it has found.

It is renamed before it is read, so that nothing that is written meanwhile is lost with it, and
removed after its discoveries are recorded. What a reader that died has claimed is read again.
"""

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

DISCOVERY = ".DISCOVERY"
CLAIMED = ".DISCOVERY.claimed"
# Bytes; more is no discovery.
SIZE_LIMIT = 256 * 1024
# Seconds after which a file that does not end its last line is not going to be finished.
_UNFINISHED_S = 2.0


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """A file that was claimed, with its content; None where it cannot be read as a file."""

    path: Path
    content: bytes | None


def claim_discovery_file(chamber: Path) -> ClaimedFile | None:
    """Claim what a worker has written; None where there is nothing, or not all of it yet.

    A directory of that name is nothing.

    Raises OSError for a chamber that cannot be written.
    """
    claimed = chamber / CLAIMED
    if not os.path.lexists(claimed):
        written = chamber / DISCOVERY
        is_nothing = not os.path.lexists(written) or (written.is_dir() and not written.is_symlink())
        if is_nothing or is_half_written(written):
            return None
        written.rename(claimed)
    return ClaimedFile(claimed, _content(claimed))


def is_half_written(path: Path) -> bool:
    """Tell whether a file's last line has no end and was written just now."""
    content = _content(path)
    if content is None or content.endswith(b"\n") or len(content) > SIZE_LIMIT:
        return False
    return time.time() - path.lstat().st_mtime < _UNFINISHED_S


def _content(path: Path) -> bytes | None:
    """Return a plain file's content, cut one byte above the limit; nothing else is opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(SIZE_LIMIT + 1)
