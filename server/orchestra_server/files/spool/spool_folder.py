"""The folder of the spool: hooks' files are claimed, read once, and removed or refused.

A hook may write to a file as long as it keeps its name, so a reader first renames it into
`claimed/`. The next reader reads what a dead one has claimed. Only the holder of the lock next to
the folder reads.
"""

import os
import stat
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra_core.process.file_lock import open_lock_file, try_lock_exclusive, unlock
from orchestra_server.files.hook.requests.ask_operator import ASKED

SPOOL_IN_GIT = Path("orchestra", "spool")
CLAIMED = "claimed"
REFUSED = "refused"
# A receipt's name ends with the state that its letters have reached; a request has its own suffix;
# any other file is a report.
RECEIPT_STATES = ("delivered", "acted")
# The order of reports written within one tick of the file system's clock.
_EVENTS = (
    *("SessionStart", "SubagentStart", "UserPromptSubmit", "PreToolUse", "PostToolUse"),
    *(
        "PostToolBatch",
        "Notification",
        "Continued",
        "SubagentStop",
        "Stop",
        "StopFailure",
        "SessionEnd",
    ),
)
_OWNER_ONLY = 0o700
_PAUSE_S = 0.005
# Seconds after which a half-written file counts as left by a dead hook.
_TEMPORARY_AGE_S = 3_600
_LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A claimed file, with the time at which it was written (ns since 1970)."""

    path: Path
    name: str
    written_ns: int
    is_new: bool = False  # claimed by this reader, not by an earlier one

    @property
    def receipt_state(self) -> str:
        """The state that a receipt gives to its letters, "" for a report."""
        state = self.name.rpartition(".")[2]
        return state if state in RECEIPT_STATES else ""

    @property
    def is_request(self) -> bool:
        """Whether it is a worker's request."""
        return self.name.endswith(f".{ASKED}")

    def read(self) -> bytes:
        """Return its content; raises OSError, for a link too."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_LARGEST_FILE + 1)


def spool_folder(common_dir: Path) -> Path:
    """Return the spool of a repository."""
    return common_dir / SPOOL_IN_GIT


def make_spool(common_dir: Path) -> Path:
    """Make a missing spool, for its owner alone; raises OSError."""
    folder = spool_folder(common_dir)
    folder.parent.mkdir(exist_ok=True)
    folder.mkdir(exist_ok=True)
    folder.chmod(_OWNER_ONLY)
    for inner in (CLAIMED, REFUSED):
        (folder / inner).mkdir(exist_ok=True)
    return folder


def remove_spool(common_dir: Path) -> None:
    """Remove the spool of a repository without chambers; raises OSError."""
    import shutil  # noqa: PLC0415 - its import takes longer than a command's look at the spool

    folder = spool_folder(common_dir)
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.with_suffix(".lock").unlink(missing_ok=True)


def has_files(common_dir: Path) -> bool:
    """Tell whether anything is in the spool; quick, and False if there is no spool."""
    folder = spool_folder(common_dir)
    return any(_names(folder)) or any(_names(folder / CLAIMED))


@contextmanager
def locked_spool(common_dir: Path, patience: float = 0.0) -> Generator[bool]:
    """Lock the spool and yield True; yield False if another reads it after `patience` seconds.

    Blocking. Raises OSError.
    """
    make_spool(common_dir)
    descriptor = open_lock_file(spool_folder(common_dir).with_suffix(".lock"), 0o600)
    try:
        deadline = time.monotonic() + patience
        locked = try_lock_exclusive(descriptor)
        while not locked and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
            locked = try_lock_exclusive(descriptor)
        yield locked
        if locked:
            unlock(descriptor)
    finally:
        os.close(descriptor)


def claim_files(common_dir: Path, limit: int) -> list[SpoolFile]:
    """Claim the oldest files, at most `limit` or a quarter; return them with those claimed before.

    Each claim looks at all files, so a fixed number would cost the square of their count. They are
    in the order of writing, receipts before reports of the same moment. The caller holds the lock.
    Raises OSError if the spool cannot be written.
    """
    folder = spool_folder(common_dir)
    inner = folder / CLAIMED
    claimed = [_spool_file(inner / name, name.partition(".")[2]) for name in _names(inner)]
    waiting = sorted((_spool_file(folder / name, name) for name in _names(folder)), key=_order)
    for file in waiting[: max(limit, len(waiting) // 4)]:
        path = inner / f"{time.time_ns()}.{file.name}"
        try:
            file.path.rename(path)
        except FileNotFoundError:
            continue
        # It may have been rewritten meanwhile.
        claimed.append(replace(_spool_file(path, file.name), is_new=True))
    return sorted(claimed, key=_order)


def refuse_file(file: SpoolFile) -> Path:
    """Move a file that cannot be read into `refused/`; return its new path."""
    refused_path = file.path.parents[1] / REFUSED / file.path.name
    file.path.replace(refused_path)
    return refused_path


def waiting_receipts(common_dir: Path) -> Iterator[SpoolFile]:
    """Yield the receipts that were not taken in yet, claimed or not."""
    folder = spool_folder(common_dir)
    for inner in (folder, folder / CLAIMED):
        files = (SpoolFile(inner / name, name, 0) for name in _names(inner))
        yield from (file for file in files if file.receipt_state)


def _names(folder: Path) -> Iterator[str]:
    """Yield the names of a folder's files; none if it cannot be read.

    Half-written files of dead hooks are removed.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    if not entry.is_dir(follow_symlinks=False):
                        yield entry.name
                elif time.time() - entry.stat(follow_symlinks=False).st_mtime > _TEMPORARY_AGE_S:
                    Path(entry.path).unlink(missing_ok=True)
    except OSError:  # no hook can have left anything
        return


def _spool_file(path: Path, name: str) -> SpoolFile:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return SpoolFile(path, name, 0)
    return SpoolFile(path, name, status.st_mtime_ns if stat.S_ISREG(status.st_mode) else 0)


def _order(file: SpoolFile) -> tuple[int, int]:
    """Return a file's position by time of writing: deliveries, other receipts, then reports."""
    if file.receipt_state:
        return file.written_ns, RECEIPT_STATES.index(file.receipt_state) - len(RECEIPT_STATES)
    event = file.name.split(".")[-2:-1]
    return file.written_ns, _EVENTS.index(event[0]) if event and event[0] in _EVENTS else 0
