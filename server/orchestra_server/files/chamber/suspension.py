"""A chamber's suspension: `.INTERRUPT.suspended` in its root, which exists as long as it lasts.

Redis holds the state (`Chamber.suspended_at`); the server writes and removes this file accordingly.
While it exists, the hook denies every tool of the chamber's worker and of the worker's subagents,
with `message` in the reason. Mail is delivered and stamped as usual, and a turn may end. Its name
begins like the mailbox's, so that the shell guard starts the hook.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.errors import Unavailable
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.chamber.link_check import require_own_directory

SUSPENDED = ".INTERRUPT.suspended"


class Suspension(Struct, frozen=True, kw_only=True):
    """Since when (ms since 1970), by which interrupt, and with which message."""

    since: int
    interrupt_id: str
    sender: str = msgspec.field(default="", name="from")
    message: str = ""


def show_suspension(chamber_path: Path, suspension: Suspension | None) -> bool:
    """Write the file, or remove it for None; return whether that changed anything.

    Raises Unavailable when the chamber's directory cannot be written.
    """
    place = chamber_path / SUSPENDED
    if shows(chamber_path, suspension):
        return False
    require_own_directory(chamber_path)
    try:
        if suspension is None:
            place.unlink(missing_ok=True)
        else:
            write_atomically(place, msgspec.json.format(msgspec.json.encode(suspension), indent=2))
    except OSError as fault:
        raise Unavailable(
            f"{place} cannot be changed ({fault.strerror}); make the directory writable"
        ) from fault
    return True


def shows(chamber_path: Path, suspension: Suspension | None) -> bool:
    """Whether the file holds exactly this suspension."""
    if suspension is None:
        return not _is_there(chamber_path / SUSPENDED)
    return read_suspension(chamber_path) == suspension


def read_suspension(chamber_path: Path) -> Suspension | None:
    """Return the suspension in the file; None if there is none or it is unreadable."""
    try:
        return msgspec.json.decode((chamber_path / SUSPENDED).read_bytes(), type=Suspension)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _is_there(place: Path) -> bool:
    return place.exists() or place.is_symlink()
