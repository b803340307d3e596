"""The answers of the chamber tools."""

from dataclasses import dataclass, field

from orchestra_core.models import ChamberState, TaskState
from orchestra_core.replies.interrupts import InterruptStatus
from orchestra_core.replies.reply import Reply
from orchestra_core.replies.requests import RequestStatus
from orchestra_core.worker_state import Group
from orchestra_core.workers.presence import PresenceState


@dataclass(frozen=True, kw_only=True)
class OpenedChamber:
    """A chamber that is ready for its worker."""

    name: str
    path: str
    branch: str
    base_commit: str
    agent_id: str
    worker_prompt: str
    proven_ready: bool


@dataclass(frozen=True, kw_only=True)
class CreatedChambers(Reply):
    """The chambers of one batch; `already_live` when all of them existed before."""

    task_id: str
    already_live: bool
    chambers: list[OpenedChamber]
    notes: list[str]


@dataclass(frozen=True, kw_only=True)
class ChamberSummary:
    """A chamber in a list; `health` says what is wrong with it while it is live, and the cure.

    `clone` has its worktree, and was last heard at `clone_heard_at`.
    """

    name: str
    state: ChamberState
    path: str
    branch: str
    saved_ref: str
    note: str
    clone: str = ""
    is_here: bool = True
    clone_heard_at: str = ""
    health: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, kw_only=True)
class ChamberStatus:
    """A chamber, its worker and its work; `diff_note` says why the size is unknown, if it is.

    `group` and `reason` say what its worker needs or does; `worker` is its last report.
    `proven_ready`: its hook has answered, so that mail reaches its worker. `health` says what is
    wrong with the chamber while it is live, and the cure. `clone` has its worktree, and was last
    heard at `clone_heard_at`; `is_here` when that is the clone that answers. `open_requests` is
    what its worker waits for. `verdict` is of its gates; without a green one it is held.
    """

    name: str
    state: ChamberState
    path: str
    branch: str
    worker: PresenceState
    tool: str
    detail: str
    since: str
    last_message: str
    proven_ready: bool
    suspended_since: str
    agent_id: str
    last_action: str
    last_result: str
    files_changed: int
    insertions: int
    deletions: int
    diff_note: str
    unread_interrupts: list[InterruptStatus]
    note: str
    clone: str = ""
    is_here: bool = True
    clone_heard_at: str = ""
    health: list[str] = field(default_factory=list[str])
    open_requests: list[RequestStatus] = field(default_factory=list[RequestStatus])
    group: Group = "idle"
    reason: str = ""
    verdict: str = ""


@dataclass(frozen=True, kw_only=True)
class ParallelStatus(Reply):
    """Every chamber of a task side by side."""

    task_id: str
    state: TaskState
    phase: str
    live: int
    finished: int
    unread: int
    chambers: list[ChamberStatus]


@dataclass(frozen=True, kw_only=True)
class SavedChamber:
    """A ref that keeps what a chamber held when it was closed; restore_chamber brings it back."""

    chamber: str
    ref: str
    closed_at: str
    note: str


@dataclass(frozen=True, kw_only=True)
class ClosedChamber(Reply):
    """A closed chamber, and where its work is; not `closed` while a program holds it up."""

    task_id: str
    chamber: str
    already_closed: bool
    saved_ref: str
    branch: str
    branch_kept: bool
    undelivered: list[InterruptStatus]
    closed: bool = True


@dataclass(frozen=True, kw_only=True)
class RestoredChamber(Reply):
    """A restored chamber, or with none named the list of what is saved."""

    task_id: str
    restored: bool
    chamber: str
    path: str
    branch: str
    saved_ref: str
    saved: list[SavedChamber]


@dataclass(frozen=True, kw_only=True)
class SavedListEntry:
    """A saved ref; `restorable` when restore_chamber brings back exactly this one."""

    task_id: str
    chamber: str
    ref: str
    closed_at: str
    restorable: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class SavedList(Reply):
    """All that is saved, newest first."""

    saved: list[SavedListEntry]
