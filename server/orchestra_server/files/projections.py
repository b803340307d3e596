"""The JSON files below `.claude/` that show a task's state to agents; never read back."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from orchestra_core.clock import iso_time_ms
from orchestra_core.errors import Unavailable
from orchestra_core.models import (
    Chamber,
    Conflict,
    Discovery,
    Interrupt,
    Phase,
    Presence,
    Task,
)
from orchestra_core.state import ProjectState
from orchestra_server.files.atomic_write import write_atomically

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]
Fields = dict[str, Value]

NAMES = (
    "MISSION_CONTEXT.json",
    "PHASE_PROGRESS.json",
    "WORKFLOW_STATE.json",
    "PARALLEL_STATUS.json",
    "DISCOVERIES.json",
)
_NOTE = "Written by Orchestra from its state, and never read back: a change made here is lost."
# How many finished tasks are still shown; all of them stay in Redis.
_FINISHED_SHOWN = 5


def write_projections(working_directory: Path, state: ProjectState) -> None:
    """Write the five files for the tasks of `working_directory`.

    A missing directory is not made again. Raises Unavailable if it cannot be written.
    """
    if not working_directory.is_dir():
        return
    tasks = _tasks_shown(working_directory, state)
    content = {
        "MISSION_CONTEXT.json": [_mission(task, state) for task in tasks],
        "PHASE_PROGRESS.json": [_phases(task) for task in tasks],
        "WORKFLOW_STATE.json": [_workflow(task) for task in tasks],
        "PARALLEL_STATUS.json": [_parallel(task, state) for task in tasks],
        "DISCOVERIES.json": [_discoveries(task, state) for task in tasks],
    }
    folder = working_directory / ".claude"
    try:
        folder.mkdir(exist_ok=True)
        for name, entries in content.items():
            write_atomically(folder / name, document(state.seq, entries))
    except OSError as fault:
        raise Unavailable(
            f"{folder} cannot be written ({fault.strerror}); "
            "make it a writable directory, then run 'orchestra reconcile'"
        ) from fault


def document(seq: int, tasks: list[Fields]) -> bytes:
    """Return one projection as readable JSON; `as_of_event` is the last event it reflects."""
    shown: Fields = {"note": _NOTE, "as_of_event": seq, "tasks": [*tasks]}
    return pretty(shown)


def pretty(value: Fields) -> bytes:
    """Return readable JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def moment(at: int) -> str | None:
    """Format a time for the files, None for "not yet"."""
    return iso_time_ms(at) or None


def _tasks_shown(working_directory: Path, state: ProjectState) -> list[Task]:
    """Return the open tasks of a directory and the last finished ones, newest first."""
    here = {str(working_directory), str(working_directory.resolve())}
    ours = [task for task in state.tasks.values() if task.working_directory in here]
    ours.sort(key=lambda task: (task.started_at, task.id), reverse=True)
    unfinished = [task for task in ours if not task.is_over]
    finished = [task for task in ours if task.is_over]
    return [*unfinished, *finished[:_FINISHED_SHOWN]]


def _mission(task: Task, state: ProjectState) -> Fields:
    critical = [discovery for discovery in _found(task, state) if discovery.severity == "critical"]
    return {
        "task_id": task.id,
        "state": task.state,
        "request": task.description,
        "understanding": {
            "complexity": task.complexity,
            "reasons": [*task.reasons],
            "critical_discoveries": [discovery.text for discovery in critical],
        },
        "criteria": [
            {"chamber": chamber.name, "must_deliver": chamber.brief}
            for chamber in state.chambers_of(task.id)
            if chamber.brief
        ],
        "base_branch": task.base_branch or None,
        "base_commit": task.base_commit or None,
        "started_at": moment(task.started_at),
        "finished_at": moment(task.finished_at),
        "summary": task.summary or None,
        "landed_commit": task.landed_commit or None,
    }


def _phase(phase: Phase) -> Fields:
    return {
        "name": phase.name,
        "started_at": moment(phase.started_at),
        "finished_at": moment(phase.finished_at),
        "by": phase.by or None,
    }


def _phases(task: Task) -> Fields:
    return {"task_id": task.id, "phases": [_phase(phase) for phase in task.phases]}


def _workflow(task: Task) -> Fields:
    started = [phase for phase in task.phases if phase.started_at]
    last = max(started, key=lambda phase: phase.started_at, default=None)
    return {
        "task_id": task.id,
        "state": task.state,
        "current_phase": task.phase or None,
        "finished_phases": [phase.name for phase in task.phases if phase.finished_at],
        "last_transition": last
        and {"to": last.name, "at": moment(last.started_at), "by": last.by or None},
    }


def _parallel(task: Task, state: ProjectState) -> Fields:
    present = [chamber for chamber in state.chambers_of(task.id) if chamber.state != "closed"]
    unread, conflicts = state.unread_by_chamber(), state.conflicts_by_chamber()
    return {
        "task_id": task.id,
        "chambers": [
            _chamber_status(
                chamber,
                state.presence.get(chamber.id),
                unread.get(chamber.id, ()),
                conflicts.get(chamber.id, ()),
            )
            for chamber in present
        ],
    }


def _chamber_status(
    chamber: Chamber,
    presence: Presence | None,
    unread: Sequence[Interrupt],
    conflicts: Sequence[Conflict],
) -> Fields:
    return {
        "name": chamber.name,
        "state": chamber.state,
        "path": chamber.path,
        "branch": chamber.branch,
        "created_at": moment(chamber.created_at),
        "worker": presence
        and {
            "state": presence.state,
            "tool": presence.tool or None,
            "detail": presence.detail or None,
            "since": moment(presence.since),
        },
        "unread_interrupts": [interrupt.id for interrupt in unread],
        "collisions": [
            {
                "with": conflict.other(chamber.id),
                "files": [*conflict.files],
                "file_count": conflict.count,
            }
            for conflict in conflicts
        ],
        "note": chamber.note or None,
    }


def _discoveries(task: Task, state: ProjectState) -> Fields:
    return {
        "task_id": task.id,
        "discoveries": [
            {
                "severity": discovery.severity,
                "text": discovery.text,
                "impact": discovery.impact or None,
                "affects": [*discovery.affects],
                "by": discovery.agent_id,
                "chamber": discovery.chamber or None,
                "pattern": discovery.pattern,
                "at": moment(discovery.at),
            }
            for discovery in _found(task, state)
            if discovery.severity != "critical"
        ],
    }


def _found(task: Task, state: ProjectState) -> list[Discovery]:
    ours = [discovery for discovery in state.discoveries.values() if discovery.task_id == task.id]
    return sorted(ours, key=lambda discovery: (discovery.at, discovery.id))
