"""A status that was read a moment ago, and whether it may still be used."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Unavailable
from orchestra_server.git.repository.branch_tips import branch_tips
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import (
    WorktreeStatus,
    git_directory,
    read_status,
    require_worktree,
)

_SECONDS = 3.0  # seconds; later changes are saved, like changes made after a commit


@dataclass(frozen=True, slots=True)
class RecentStatus:
    """A status, with what git's directory said before it was read, and when that was."""

    status: WorktreeStatus
    head: bytes
    index: tuple[int, ...]  # empty if there is none
    operation: bool  # a merge waits for its commit
    at: float


def read_recent_status(worktree: Path) -> RecentStatus:
    """Return a working tree's status; raises Unavailable if it is no longer a working tree."""
    at, marks = time.monotonic(), _marks(git_directory(worktree))
    return RecentStatus(read_status(worktree, among_many=True), *marks, at=at)


def usable_statuses(
    repo: Repository, recent: Mapping[Path, RecentStatus]
) -> dict[Path, WorktreeStatus]:
    """Return the statuses that need not be read again.

    Those are the statuses of clean worktrees that are still at the same commit and branch with the
    same index. Older ones, and those with uncommitted work, must be read again.
    """
    fresh = {
        worktree: recent_status.status
        for worktree, recent_status in recent.items()
        if recent_status.status.clean
        and recent_status.status.branch
        and not recent_status.operation
        and _is_same(worktree, recent_status)
    }
    tips = branch_tips(repo, [status.branch for status in fresh.values()])
    return {
        worktree: status
        for worktree, status in fresh.items()
        if status.commit == tips.get(status.branch)
    }


def _is_same(worktree: Path, recent: RecentStatus) -> bool:
    if not recent.index or time.monotonic() - recent.at > _SECONDS:
        return False
    try:
        require_worktree(worktree)
        return _marks(git_directory(worktree)) == (recent.head, recent.index, recent.operation)
    except Unavailable:
        return False


def _marks(directory: Path) -> tuple[bytes, tuple[int, ...], bool]:
    """Return HEAD, the index's identity, and whether a merge is in progress."""
    try:
        head, index = (directory / "HEAD").read_bytes(), (directory / "index").stat()
    except OSError:
        return b"", (), False
    marks = (index.st_ino, index.st_size, index.st_mtime_ns)
    return head, marks, (directory / "MERGE_HEAD").exists()
