"""What each verb answers; the fields tell a model all it needs, and `next_step` what to do with it.

Every path is absolute and real, every time is UTC in ISO 8601, "" where it has not come.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from orchestra_core.models import (
    ChamberState,
    InterruptState,
    Level,
    Requires,
    Severity,
    TaskState,
    WorkerState,
)


class Part(BaseModel):
    """A piece of a reply."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reply(Part):
    """An answer of a verb; `next_step` is one or two sentences addressed to the conductor."""

    next_step: str


class StartedTask(Reply):
    """A task that was taken on, or the open one with the very same request."""

    task_id: str
    already_open: bool
    complexity: Level
    reasons: list[str]
    phases: list[str]
    phase: str
    working_directory: str
    base_branch: str
    base_commit: str


class OpenedChamber(Part):
    """A chamber that is ready for its worker."""

    name: str
    path: str
    branch: str
    base_commit: str
    agent_id: str
    worker_prompt: str
    proven_ready: bool


class CreatedChambers(Reply):
    """The chambers of one batch; `already_live` when all of them were there before."""

    task_id: str
    already_live: bool
    chambers: list[OpenedChamber]
    notes: list[str]


class ChamberScope(Part):
    """A chamber as another worker needs to know it."""

    name: str
    path: str
    branch: str
    brief: str


class KnownDiscovery(Part):
    """Something found, with who found it and whom it touches (empty: everybody)."""

    id: str
    text: str
    severity: Severity
    impact: str
    agent_id: str
    chamber: str
    affects: list[str]
    pattern: bool
    at: str


class Mail(Part):
    """An interrupt and how far it has come; `note` says why it never arrived, if it did not."""

    interrupt_id: str
    chamber: str
    message: str
    requires: Requires
    state: InterruptState
    sent_at: str
    note: str


class AgentContext(Reply):
    """What to put into a worker's prompt; `prompt` says all of it as one text."""

    task_id: str
    agent_type: str
    agent_id: str
    mission: str
    phase: str
    working_directory: str
    chamber: ChamberScope | None
    siblings: list[ChamberScope]
    discoveries: list[KnownDiscovery]
    unread_interrupts: list[Mail]
    prompt: str


class RecordedAction(Reply):
    """An action in the history; `repeated` when it had just been recorded before."""

    task_id: str
    agent_id: str
    chamber: str
    actions: int
    repeated: bool
    discoveries: list[str]


class SharedDiscovery(Reply):
    """A discovery, and the interrupts that a critical one sent."""

    task_id: str
    discovery_id: str
    severity: Severity
    repeated: bool
    affects: list[str]
    interrupts: list[Mail]


class PhaseStatus(Part):
    """One step of a task's plan, with when and by whom it was begun."""

    name: str
    state: Literal["pending", "current", "finished", "skipped"]
    started_at: str
    finished_at: str
    by: str


class AdvancedPhase(Reply):
    """Where the task stands now; `advanced` is False when it stood there already."""

    task_id: str
    advanced: bool
    phase: str
    at: str
    by: str
    phases: list[PhaseStatus]


class AgentStatus(Part):
    """Someone who recorded something, and the last of it."""

    agent_id: str
    chamber: str
    actions: int
    last_action: str
    last_result: str
    last_at: str


class ChamberSummary(Part):
    """A chamber in a list."""

    name: str
    state: ChamberState
    path: str
    branch: str
    saved_ref: str
    note: str


class TaskStatus(Reply):
    """One task whole."""

    task_id: str
    description: str
    state: TaskState
    complexity: Level
    reasons: list[str]
    phase: str
    phases: list[PhaseStatus]
    working_directory: str
    base_branch: str
    base_commit: str
    started_at: str
    finished_at: str
    summary: str
    landed_commit: str
    chambers: list[ChamberSummary]
    agents: list[AgentStatus]
    discoveries: list[KnownDiscovery]
    discoveries_left_out: int
    unread_interrupts: list[Mail]


class ChamberStatus(Part):
    """A chamber, its worker and its work; `diff_note` says why the size is unknown, if it is.

    `proven_ready`: its hook has answered, so that mail reaches its worker.
    """

    name: str
    state: ChamberState
    path: str
    branch: str
    worker: WorkerState
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
    unread_interrupts: list[Mail]
    note: str


class ParallelStatus(Reply):
    """Every chamber of a task side by side."""

    task_id: str
    state: TaskState
    phase: str
    live: int
    finished: int
    unread: int
    chambers: list[ChamberStatus]


class SentInterrupt(Reply):
    """An interrupt on its way; `already_sent` when the identical one is still unread."""

    task_id: str
    interrupt_id: str
    chamber: str
    requires: Requires
    state: InterruptState
    already_sent: bool


class CancelledInterrupt(Reply):
    """A message called back; `resumed` when a suspension it asked for has ended with it."""

    task_id: str
    interrupt_id: str
    chamber: str
    already_cancelled: bool
    resumed: bool


class ResumedWorker(Reply):
    """A chamber whose tools run; `told` when a message tells its worker to go on."""

    task_id: str
    chamber: str
    was_suspended: bool
    told: bool


class FileConflict(Part):
    """One file on which two sides disagree; `lines` shows where."""

    file: str
    kind: str
    between: list[str]
    lines: str


class SavedChamber(Part):
    """A ref that keeps what a chamber held when it was closed; restore_chamber brings it back."""

    chamber: str
    ref: str
    closed_at: str
    note: str


class PlannedCommit(Part):
    """The commit that completing would make in a chamber; `count` is of all its files."""

    chamber: str
    files: list[str]
    count: int


class CompletedTask(Reply):
    """How completing ended; with `completed` and `landed_commit` empty nothing was landed.

    `resolve` are the commands that resolve the conflicts, `still_live` the chambers that stayed
    behind. A `dry_run` says all this, with `commits` and the `blocked` files, of what would be.
    """

    task_id: str
    dry_run: bool = False
    completed: bool
    already_completed: bool
    state: TaskState
    base_branch: str
    landed_commit: str
    commits: list[PlannedCommit] = []
    merged: list[str] = []
    conflicts: list[FileConflict] = []
    resolve: list[str] = []
    blocked: list[str] = []
    still_live: list[str] = []
    saved: list[SavedChamber] = []
    kept_branches: list[str] = []
    undelivered: list[Mail] = []
    notes: list[str]


class ClosedChamber(Reply):
    """A chamber that is gone, and where its work is."""

    task_id: str
    chamber: str
    already_closed: bool
    saved_ref: str
    branch: str
    branch_kept: bool
    undelivered: list[Mail]


class RestoredChamber(Reply):
    """A chamber brought back, or with none named the list of what is saved."""

    task_id: str
    restored: bool
    chamber: str
    path: str
    branch: str
    saved_ref: str
    saved: list[SavedChamber]


class FoundDifference(Part):
    """Something on which the store, git and the disk did not agree; `note` says how mending went.

    `mended` is False on a dry run, and where it was left to people.
    """

    name: str
    subject: str
    sentence: str
    mending: str
    mended: bool
    note: str


class Reconciled(Reply):
    """What was compared and what became of it."""

    dry_run: bool
    differences: list[FoundDifference]


class SavedWork(Part):
    """A saved ref; `restorable` when restore_chamber brings back just this one."""

    task_id: str
    chamber: str
    ref: str
    closed_at: str
    restorable: bool
    note: str


class SavedList(Reply):
    """All that is saved, the newest first."""

    saved: list[SavedWork]
