"""What `orchestra status` knows, as a document for programs and as lines for people.

The document is a promise: members are added, never renamed or removed without a new `version`.
Times are milliseconds since 1970, 0 where they have not come.
"""

from collections.abc import Sequence

from msgspec import Struct

from orchestra_core.models import (
    OVER_TASK,
    STANDING_CHAMBER,
    Chamber,
    Collision,
    Interrupt,
    Presence,
    Requires,
    Task,
)
from orchestra_core.models import ChamberState as StateOfChamber
from orchestra_core.models import InterruptState as StateOfMail
from orchestra_core.models import TaskState as StateOfTask
from orchestra_core.models import WorkerState as StateOfWorker
from orchestra_core.names import split_chamber_id
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line
from orchestra_tui.presentation.ages import age, elapsed
from orchestra_tui.presentation.rows.symbols import (
    CHAMBER,
    COLLIDES,
    SUSPENDED,
    TASK,
    UNPROVEN,
    WORKER,
)

_FINISHED_SHOWN = 3
_NAMED = 3
_WORDS = 100


class WorkerStatus(Struct, frozen=True, kw_only=True):
    """What a worker does, as it last reported."""

    state: StateOfWorker
    tool: str
    detail: str
    since: int
    message: str


class MailStatus(Struct, frozen=True, kw_only=True):
    """A message that no worker has read."""

    id: str
    message: str
    requires: Requires
    state: StateOfMail
    sent_at: int


class CollisionStatus(Struct, frozen=True, kw_only=True):
    """What a chamber would not merge with: another chamber's id, or "base"; the first files."""

    other: str
    files: tuple[str, ...]
    file_count: int
    since: int


class ChamberStatus(Struct, frozen=True, kw_only=True):
    """A chamber, its worker and its unread mail."""

    name: str
    state: StateOfChamber
    path: str
    branch: str
    created_at: int
    ended_at: int
    note: str
    suspended_at: int
    proven_ready: bool
    worker: WorkerStatus
    unread: tuple[MailStatus, ...]
    collisions: tuple[CollisionStatus, ...]


class TaskStatus(Struct, frozen=True, kw_only=True):
    """A task and all its chambers."""

    id: str
    description: str
    state: StateOfTask
    complexity: str
    phase: str
    base_branch: str
    started_at: int
    finished_at: int
    summary: str
    chambers: tuple[ChamberStatus, ...]


class StatusDocument(Struct, frozen=True, kw_only=True):
    """A project at event `seq`: its tasks, open ones first and then the newest first."""

    version: int = 1
    project: str
    root: str
    seq: int
    tasks: tuple[TaskStatus, ...]
    unreadable: tuple[
        str, ...
    ] = ()  # documents that this version cannot read, each with the reason


def status_document(project: Project, state: ProjectState) -> StatusDocument:
    """Return the document of one snapshot."""
    chambers: dict[str, list[ChamberStatus]] = {}
    mail, collisions = state.unread_by_chamber(), state.collisions_by_chamber()
    for chamber in sorted(state.chambers.values(), key=_chamber_order):
        one = _chamber_status(
            chamber,
            state.presence.get(chamber.id),
            mail.get(chamber.id, ()),
            collisions.get(chamber.id, ()),
        )
        chambers.setdefault(chamber.task_id, []).append(one)
    tasks = sorted(state.tasks.values(), key=_task_order)
    return StatusDocument(
        project=project.id,
        root=str(project.root),
        seq=state.seq,
        tasks=tuple(_task_status(task, tuple(chambers.get(task.id, ()))) for task in tasks),
        unreadable=tuple(one_line(f"{key} {field}: {why}") for key, field, why in state.unreadable),
    )


def status_lines(document: StatusDocument, now: int) -> list[str]:
    """Return the same for a person: what is open in full, what is finished in a line each."""
    going = [task for task in document.tasks if task.state not in OVER_TASK]
    finished = [task for task in document.tasks if task.state in OVER_TASK]
    lines = [f"{document.project}  {document.root}"]
    lines += [f"! cannot be read: {one}" for one in document.unreadable]
    if not document.tasks:
        return [
            *lines,
            "No tasks yet: ask an agent to conduct one, or press n in the room.",
        ]
    for task in going:
        lines += ["", *_open_lines(task, now)]
    if finished:
        lines += ["", *(_finished_line(task, now) for task in finished[:_FINISHED_SHOWN])]
    if len(finished) > _FINISHED_SHOWN:
        lines.append(f"  and {len(finished) - _FINISHED_SHOWN} more finished")
    return lines


def _open_lines(task: TaskStatus, now: int) -> list[str]:
    phase = f", phase {task.phase}" if task.phase else ""
    lines = [
        f"{TASK[task.state].text} {task.id}  {task.state}{phase}, {age(task.started_at, now)}",
        f"  {one_line(task.description, _WORDS)}",
    ]
    shown = [one for one in task.chambers if one.state in (*STANDING_CHAMBER, "failed")]
    width = max((len(one.name) for one in shown), default=0)
    lines += [f"  {_chamber_line(one, width, now)}" for one in shown]
    gone = len(task.chambers) - len(shown)
    if gone:
        lines.append(f"  {gone} closed")
    return lines


def _chamber_line(chamber: ChamberStatus, width: int, now: int) -> str:
    symbol = CHAMBER[chamber.state].text
    said = _worker_words(chamber.worker, now) if chamber.state == "live" else chamber.state
    note = f": {one_line(chamber.note, _WORDS)}" if chamber.note else ""
    unread = f"  ✉ {len(chamber.unread)} unread" if chamber.unread else ""
    trouble = f"{_trouble(chamber, now)}{_collides(chamber)}"
    return f"{symbol} {chamber.name:<{width}}  {said}{note}{trouble}{unread}"


def _collides(chamber: ChamberStatus) -> str:
    if not chamber.collisions:
        return ""
    names = ", ".join(split_chamber_id(one.other).name for one in chamber.collisions[:_NAMED])
    more = len(chamber.collisions) - _NAMED
    return f"  {COLLIDES.text} conflicts with {names}{f' and {more} more' if more > 0 else ''}"


def _trouble(chamber: ChamberStatus, now: int) -> str:
    """Return what keeps a live chamber's worker from working or from hearing."""
    if chamber.state != "live":
        return ""
    paused = f"  {SUSPENDED.text} {age(chamber.suspended_at, now)}" if chamber.suspended_at else ""
    return paused + ("" if chamber.proven_ready else f"  {UNPROVEN.text}")


def _worker_words(worker: WorkerStatus, now: int) -> str:
    doing = one_line(f"{worker.tool} {worker.detail}", _WORDS) if worker.state == "working" else ""
    words = (WORKER[worker.state].text, age(worker.since, now), doing)
    return "  ".join(word for word in words if word)


def _finished_line(task: TaskStatus, now: int) -> str:
    took = elapsed(task.started_at, task.finished_at, now)
    said = one_line(task.summary or task.description, _WORDS)
    return f"{TASK[task.state].text} {task.id}  {task.state} in {took}: {said}"


def _task_status(task: Task, chambers: tuple[ChamberStatus, ...]) -> TaskStatus:
    return TaskStatus(
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


def _chamber_status(
    chamber: Chamber,
    presence: Presence | None,
    unread: Sequence[Interrupt],
    collisions: Sequence[Collision],
) -> ChamberStatus:
    return ChamberStatus(
        name=chamber.name,
        state=chamber.state,
        path=chamber.path,
        branch=chamber.branch,
        created_at=chamber.created_at,
        ended_at=chamber.ended_at,
        note=chamber.note,
        suspended_at=chamber.suspended_at,
        proven_ready=chamber.is_proven_ready(presence),
        worker=WorkerStatus(
            state=presence.state if presence else "unknown",
            tool=presence.tool if presence else "",
            detail=presence.detail if presence else "",
            since=presence.since if presence else 0,
            message=presence.message if presence else "",
        ),
        unread=tuple(
            MailStatus(
                id=one.id,
                message=one.message,
                requires=one.requires,
                state=one.state,
                sent_at=one.sent_at,
            )
            for one in unread
        ),
        collisions=tuple(
            CollisionStatus(
                other=one.other(chamber.id),
                files=one.files,
                file_count=one.count,
                since=one.since,
            )
            for one in collisions
        ),
    )


def _task_order(task: Task) -> tuple[bool, int, str]:
    return (task.is_over, -task.started_at, task.id)


def _chamber_order(chamber: Chamber) -> tuple[bool, int, str]:
    return (not chamber.is_standing, chamber.created_at, chamber.name)
