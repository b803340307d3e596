"""The answer of complete_task."""

from dataclasses import dataclass, field

from orchestra_core.models import TaskState
from orchestra_core.replies.chambers import SavedChamber
from orchestra_core.replies.interrupts import InterruptStatus
from orchestra_core.replies.reply import Reply

NOT_CHOSEN = "was not chosen"  # the end of the note on each chamber that the caller did not name


@dataclass(frozen=True, kw_only=True)
class FileConflict:
    """One file on which two sides disagree; `lines` shows where."""

    file: str
    kind: str
    between: list[str]
    lines: str


@dataclass(frozen=True, kw_only=True)
class PlannedCommit:
    """The commit that completing would make in a chamber; `count` is of all its files."""

    chamber: str
    files: list[str]
    count: int


@dataclass(frozen=True, kw_only=True)
class CompletedTask(Reply):
    """How completing ended; with `completed` and `landed_commit` empty nothing was landed.

    `used` is what the task's agents have used so far, as far as they tell.

    `resolve` are the commands that resolve the conflicts, `still_live` the chambers that stayed
    behind. A `dry_run` says all this of what would be, with the `commits`, the `blocked` files, the
    `refusals`, and the `holds` that only a confirmation overrides.
    """

    task_id: str
    dry_run: bool = False
    completed: bool
    already_completed: bool
    state: TaskState
    base_branch: str
    landed_commit: str
    commits: list[PlannedCommit] = field(default_factory=list[PlannedCommit])
    merged: list[str] = field(default_factory=list[str])
    conflicts: list[FileConflict] = field(default_factory=list[FileConflict])
    resolve: list[str] = field(default_factory=list[str])
    blocked: list[str] = field(default_factory=list[str])
    refusals: list[str] = field(default_factory=list[str])
    holds: list[str] = field(default_factory=list[str])
    still_live: list[str] = field(default_factory=list[str])
    saved: list[SavedChamber] = field(default_factory=list[SavedChamber])
    kept_branches: list[str] = field(default_factory=list[str])
    undelivered: list[InterruptStatus] = field(default_factory=list[InterruptStatus])
    used: str = ""
    notes: list[str]

    def can_land(self, *, partial: bool, confirm: bool) -> bool:
        """Tell of a dry run whether the same call would go through, if no hook refuses."""
        if self.completed or self.refusals or self.blocked:
            return False
        if self.conflicts and not (partial and self.merged):
            return False
        return confirm or not self.holds
