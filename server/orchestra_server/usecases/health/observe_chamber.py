"""Observes what is at a chamber's path, for health and reconcile; changes nothing."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_core.models import Chamber
from orchestra_server.files.chamber.mailbox import mail_ids, unread
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS, is_outdated
from orchestra_server.files.spool.receipts import ids_in_spool, receipts_in_chamber
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import is_plain_directory

NOWHERE = Path("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChamberObservation:
    """What is at a chamber's path, and in its mailbox."""

    exists: bool = True
    link: str = ""  # target of a symbolic link in place of the directory
    linked: bool = True  # its `.git` file names an existing worktree record
    unread: frozenset[str] = frozenset()  # unread interrupts
    mail_ids: frozenset[str] = frozenset()  # those, and the last read ones
    receipts: int = 0
    hooked: bool = True  # its hook exists, or was never installed
    outdated: bool = False  # its hook talks to the store, as in old versions


def observe_chamber(repo: Repository, chamber: Chamber) -> ChamberObservation:
    """Return what is at a chamber's path, and in its mailbox."""
    path = Path(chamber.path)
    if path.is_symlink():
        return ChamberObservation(link=str(path.readlink()))
    if is_gone(path):
        return ChamberObservation(exists=False)
    return ChamberObservation(
        linked=worktree_record(path).is_relative_to(repo.common_dir),
        unread=frozenset(unread(path)),
        mail_ids=frozenset(mail_ids(path) | ids_in_spool(repo.common_dir)),
        receipts=sum(len(receipts) for _, receipts in receipts_in_chamber(path)),
        hooked=not chamber.ready_at or (path / HOOK_SETTINGS).exists(),
        outdated=is_outdated(path),
    )


def is_gone(path: Path) -> bool:
    """Tell whether a chamber's directory is gone; a new directory at its path does not count.

    A chamber that only lost its `.git` file still has the files that Orchestra wrote there.
    """
    if is_plain_directory(path):
        return not (path / HOOK_SETTINGS).exists()
    return not path.exists()


def worktree_record(worktree: Path) -> Path:
    """Return the directory that a worktree's `.git` file names; `/` if that does not exist."""
    try:
        text = (worktree / ".git").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return NOWHERE
    named = (worktree / text.removeprefix("gitdir:").strip()).resolve()
    return named if named.exists() else NOWHERE
