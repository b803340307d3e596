"""The answers for a person who reviews a chamber's work."""

from dataclasses import dataclass, field
from typing import Literal

from orchestra_core.models import ChamberState
from orchestra_core.replies.reply import Reply

DiffPart = Literal["committed", "uncommitted", "all"]
ReviewPart = Literal["committed", "uncommitted", "all", "conflicts"]


@dataclass(frozen=True, kw_only=True)
class DiffFile:
    """A file of a diff; `status` is git's letter, `former_path` the name before a rename."""

    path: str
    former_path: str
    status: str
    insertions: int
    deletions: int
    binary: bool


@dataclass(frozen=True, kw_only=True)
class ChamberDiff(Reply):
    """What a chamber changed: from the commit `old` to `new`, "" for its worktree as it is now.

    `landed` is the merge commit that brought it to its branch, `saved_ref` where it is kept after
    closing. `uncommitted` counts the files that a diff of committed work does not show. `cut` tells
    that `diff` ends early because it is too long; `files` names all of them. Of the part
    `conflicts`, `files` are those in which it conflicts with others, and `diff` both sides' lines.
    """

    task_id: str
    chamber: str
    state: ChamberState
    part: ReviewPart
    old: str
    new: str
    landed: str = ""
    saved_ref: str = ""
    uncommitted: int = 0
    files: list[DiffFile] = field(default_factory=list[DiffFile])
    diff: str = ""
    cut: bool = False
