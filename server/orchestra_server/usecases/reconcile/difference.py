"""A difference between the store, git and the disk that reconcile names and repairs."""

from dataclasses import dataclass
from typing import Literal

Name = Literal[
    "half-made chamber",
    "unfinished closing",
    "unfinished completing",
    "half-restored chamber",
    "deleted directory",
    "unknown chamber",
    "linked directory",
    "late files",
    "late repository",
    "other branch",
    "moved repository",
    "moved worktree",
    "moved chamber",
    "renamed branch",
    "former task",
    "forgotten worktree",
    "lost link",
    "unlocked worktree",
    "lost hook",
    "outdated hook",
    "orphan worktree",
    "orphan branch",
    "stale lock",
    "stale claim",
    "unread receipts",
    "unposted mail",
    "lost mail",
    "leftover mail",
    "lost claim",
    "lost counter",
    "lost history",
    "lost documents",
    "unreadable document",
]


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement; `subject` is the chamber's or task's id, the path, branch or claim."""

    name: Name
    subject: str
    sentence: str
    mending: str
