"""The document that `orchestra status --json` prints.

Programs rely on it: fields may be added, never renamed or removed without a new `version`.
Times are milliseconds since 1970; 0 means not yet.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from orchestra_core.clone.clone_places import place_of
from orchestra_core.models import (
    Chamber,
    ChamberState,
    Conflict,
    Interrupt,
    InterruptState,
    Presence,
    RequestKind,
    Requires,
    Task,
    TaskState,
    WorkerRequest,
)
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line
from orchestra_core.wording.gates import fails_together
from orchestra_core.wording.holds import hold_words
from orchestra_core.wording.requests import asked_in_full, questions_of
from orchestra_core.worker_state import (
    Cause,
    Group,
    WorkerLimits,
    WorkerState,
    count_groups,
    worker_states,
)
from orchestra_core.workers.presence import PresenceState
from orchestra_core.workers.spend_totals import spent_in_chamber, spent_in_chambers
from orchestra_server.operator_commands.agent_entries import (
    AgentEntry,
    UsedEntry,
    agent_entry,
    used_entry,
    used_on,
)

_NO_LIMITS = WorkerLimits()


class WorkerEntry(Struct, frozen=True, kw_only=True):
    """What a worker last reported about itself."""

    state: PresenceState
    tool: str
    detail: str
    since: int
    message: str


class StateEntry(Struct, frozen=True, kw_only=True):
    """The worker's one state: its group, its cause, the reason in words, and since when."""

    group: Group
    cause: Cause
    reason: str
    since: int


class MailEntry(Struct, frozen=True, kw_only=True):
    """An unread message."""

    id: str
    message: str
    requires: Requires
    state: InterruptState
    sent_at: int


class RequestEntry(Struct, frozen=True, kw_only=True):
    """An open request: what is asked, and each question's options.

    `like` is the rule that `allow-like` adds to the chamber, "" if there is none.
    """

    id: str
    kind: RequestKind
    tool: str
    asked: str
    asked_at: int
    like: str
    options: tuple[tuple[str, ...], ...]


class ConflictEntry(Struct, frozen=True, kw_only=True):
    """A chamber's conflict: with another chamber's id or "base", and the first files."""

    other: str
    files: tuple[str, ...]
    file_count: int
    since: int
    fails_together: bool = False  # they merge, but then fail a gate


class CloneEntry(Struct, frozen=True, kw_only=True):
    """Where a chamber is: the clone that has its worktree, and when that clone was last heard.

    `served` tells whether a process is on duty there, so that mail is delivered.
    """

    id: str
    name: str
    is_here: bool
    served: bool
    heard_at: int


class ChamberEntry(Struct, frozen=True, kw_only=True, rename={"conflicts": "collisions"}):
    """A chamber, its worker and its unread mail."""

    name: str
    state: ChamberState
    path: str
    branch: str
    created_at: int
    ended_at: int
    note: str
    suspended_at: int
    proven_ready: bool
    worker: WorkerEntry
    unread: tuple[MailEntry, ...]
    conflicts: tuple[ConflictEntry, ...]
    health: tuple[str, ...]  # what is wrong with it, one sentence each
    worker_state: StateEntry
    clone: CloneEntry | None = None
    requests: tuple[RequestEntry, ...] = ()
    agent: AgentEntry | None = None
    used: UsedEntry | None = None  # used by all agents that were in it
    setup_fault: str = ""  # why the setup of its worktree failed
    held_by: tuple[str, ...] = ()  # what holds finished work, in a few words each
    verdict: str = ""  # of the gates on its present content: `wording/gates.py`; "" without a gate


class TaskEntry(Struct, frozen=True, kw_only=True):
    """A task and all its chambers."""

    id: str
    description: str
    state: TaskState
    complexity: str
    phase: str
    base_branch: str
    started_at: int
    finished_at: int
    summary: str
    chambers: tuple[ChamberEntry, ...]
    used: UsedEntry | None = None  # used by the agents of its chambers


class StatusDocument(Struct, frozen=True, kw_only=True):
    """A project after event `seq`: open tasks first, then the others, both newest first."""

    version: int = 1
    project: str
    root: str
    seq: int
    tasks: tuple[TaskEntry, ...]
    counts: dict[Group, int] = {}  # number of workers of unfinished tasks in each group
    held: int = 0  # number of chambers with work that cannot land
    used_on: dict[str, UsedEntry] = {}  # the last days on which agents used something
    archived: int = 0  # number of archived tasks, which are not in `tasks`
    unreadable: tuple[str, ...] = ()  # documents that this version cannot read, with the reason
    orphans: tuple[str, ...] = ()  # worktrees of chambers that the store does not know


def status_document(
    project: Project,
    state: ProjectState,
    own_clone: str = "",
    now: int = 0,
    orphans: Sequence[str] = (),
    *,
    limits: WorkerLimits = _NO_LIMITS,
) -> StatusDocument:
    """Return the document for a state; `orphans` are directories."""
    states = worker_states(state, state.chambers.values(), limits, now)
    chambers = _entries_by_task(state, own_clone, now, states)
    tasks = sorted(state.tasks.values(), key=_task_order)
    return StatusDocument(
        project=project.id,
        root=str(project.root),
        seq=state.seq,
        tasks=tuple(
            replace(
                _task_entry(task, tuple(chambers.get(task.id, ()))),
                used=used_entry(spent_in_chambers(state.chambers_of(task.id), state.workers)),
            )
            for task in tasks
        ),
        counts=count_groups(
            states[chamber.id]
            for chamber in state.chambers.values()
            if chamber.is_standing and chamber.task_id in state.tasks
        ),
        held=sum(bool(entry.held_by) for entries in chambers.values() for entry in entries),
        used_on=used_on(state.days.values()),
        archived=state.archived,
        orphans=tuple(map(one_line, orphans)),
        unreadable=tuple(one_line(f"{key} {field}: {why}") for key, field, why in state.unreadable),
    )


def _entries_by_task(
    state: ProjectState, own_clone: str, now: int, states: Mapping[str, WorkerState]
) -> dict[str, list[ChamberEntry]]:
    """Return the entries of the chambers, in order, by task id."""
    mail, conflicts = state.unread_by_chamber(), state.conflicts_by_chamber()
    requests = state.open_requests_by_chamber()
    chambers: dict[str, list[ChamberEntry]] = {}
    for chamber in sorted(state.chambers.values(), key=_chamber_order):
        unread, worker_state = mail.get(chamber.id, ()), states[chamber.id]
        of_chamber = conflicts.get(chamber.id, ())
        entry = _chamber_entry(
            chamber,
            _clone_entry(chamber, state, own_clone, now),
            unread,
            of_chamber,
            requests.get(chamber.id, ()),
            presence=state.presence.get(chamber.id),
            worker_state=worker_state,
        )
        worker = state.workers.get(chamber.id)
        entry = replace(
            entry, agent=agent_entry(worker), used=used_entry(spent_in_chamber(chamber, worker))
        )
        if worker_state.has_work_to_land:
            entry = replace(entry, held_by=_held_by(state, chamber, unread, of_chamber))
        chambers.setdefault(chamber.task_id, []).append(entry)
    return chambers


def _held_by(
    state: ProjectState,
    chamber: Chamber,
    unread: Sequence[Interrupt],
    conflicts: Sequence[Conflict],
) -> tuple[str, ...]:
    critical = (interrupt for interrupt in unread if interrupt.is_critical(state.discoveries))
    return hold_words(chamber, conflicts, critical)


def request_entry(request: WorkerRequest) -> RequestEntry:
    """Return an open request."""
    questions = questions_of(request)
    return RequestEntry(
        id=request.id,
        kind=request.kind,
        tool=request.tool,
        asked="\n".join(line.text for line in asked_in_full(request)),
        asked_at=request.asked_at,
        like=request.like,
        options=tuple(tuple(option.label for option in question.options) for question in questions),
    )


def _task_entry(task: Task, chambers: tuple[ChamberEntry, ...]) -> TaskEntry:
    return TaskEntry(
        id=task.id,
        description=task.description,
        state=task.state,
        complexity=task.complexity,
        phase=task.phase,
        base_branch=task.base_branch,
        started_at=task.started_at,
        finished_at=task.finished_at,
        summary=task.summary,
        chambers=chambers,
    )


def _chamber_entry(
    chamber: Chamber,
    clone: CloneEntry | None,
    unread: Sequence[Interrupt],
    conflicts: Sequence[Conflict],
    requests: Sequence[WorkerRequest],
    *,
    presence: Presence | None,
    worker_state: WorkerState,
) -> ChamberEntry:
    return ChamberEntry(
        name=chamber.name,
        state=chamber.state,
        path=chamber.path,
        branch=chamber.branch,
        created_at=chamber.created_at,
        ended_at=chamber.ended_at,
        note=chamber.note,
        suspended_at=chamber.suspended_at,
        proven_ready=chamber.is_proven_ready(presence),
        worker=_worker_entry(presence or Presence(chamber_id=chamber.id)),
        unread=tuple(map(_mail_entry, unread)),
        conflicts=tuple(
            ConflictEntry(
                other=conflict.other(chamber.id),
                files=conflict.files,
                file_count=conflict.count,
                since=conflict.since,
                fails_together=fails_together(conflict),
            )
            for conflict in conflicts
        ),
        health=chamber.health if chamber.is_live else (),
        worker_state=StateEntry(
            group=worker_state.group,
            cause=worker_state.cause,
            reason=worker_state.reason,
            since=worker_state.since,
        ),
        clone=clone,
        requests=tuple(map(request_entry, requests)),
        setup_fault=chamber.setup_fault if chamber.is_live else "",
        verdict=chamber.verdict if chamber.is_live else "",
    )


def _worker_entry(presence: Presence) -> WorkerEntry:
    return WorkerEntry(
        state=presence.state,
        tool=presence.tool,
        detail=presence.detail,
        since=presence.since,
        message=presence.message,
    )


def _mail_entry(interrupt: Interrupt) -> MailEntry:
    return MailEntry(
        id=interrupt.id,
        message=interrupt.message,
        requires=interrupt.requires,
        state=interrupt.state,
        sent_at=interrupt.sent_at,
    )


def _clone_entry(
    chamber: Chamber, state: ProjectState, own_clone: str, now: int
) -> CloneEntry | None:
    """Return where a chamber is; None for a chamber from before clones had ids."""
    if not chamber.clone:
        return None
    place = place_of(chamber, state, own_clone, now)
    return CloneEntry(
        id=chamber.clone,
        name=place.name,
        is_here=place.is_here,
        served=place.served,
        heard_at=place.heard_at,
    )


def _task_order(task: Task) -> tuple[bool, int, str]:
    return (task.is_over, -task.started_at, task.id)


def _chamber_order(chamber: Chamber) -> tuple[bool, int, str]:
    return (not chamber.is_standing, chamber.created_at, chamber.name)
