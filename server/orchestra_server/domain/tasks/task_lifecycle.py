"""A task's lifecycle: started, moved from phase to phase, completing, ended or reopened."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from typing import Literal

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import BadInput
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Ending, Phase, Task
from orchestra_core.text import one_line

_DIGEST = 20  # hex digits
_BUILDING = "implementation"

# Milestones: they show that a task has reached a later phase although nobody said so.
Milestone = Literal["chambers opened", "work begun", "completing", "landing"]


def request_claim(description: str, working_directory: str) -> str:
    """Return the claim that an open task holds on its request.

    It keeps a repeated start from making a second task. It cannot be a chamber's name, because
    those have no colon.
    """
    content = f"{working_directory}\0{description}".encode()
    return f"request:{hashlib.sha256(content).hexdigest()[:_DIGEST]}"


def claim_of(task: Task) -> str:
    """Return the claim a task holds while it is open."""
    return request_claim(task.description, task.working_directory)


def started(task: Task) -> Change:
    """Return the change that starts a task."""
    return Change(
        events=(_event(task, "task.started", task.started_at, task.actor),),
        claims={claim_of(task): task.id},
    )


def moved(task: Task, *, directory: str, at: int, actor: str) -> tuple[Task, Change]:
    """Return the task, and the claim on its request, moved to its checkout's new directory."""
    changed = replace(task, working_directory=directory)
    change = Change(events=(_event(changed, "task.moved", at, actor),))
    if not task.is_over:
        change = dataclass_replace(
            change,
            claims={claim_of(changed): task.id},
            releases={claim_of(task): task.id},
        )
    return changed, change


def both(first: Change, then: Change) -> Change:
    """Combine two changes into one."""
    return Change(
        events=(*first.events, *then.events),
        claims={**first.claims, **then.claims},
        releases={**first.releases, **then.releases},
    )


def given_back(name: str, holder: str) -> Change:
    """Return the change that releases a name still claimed by an ended holder."""
    return Change(events=(), releases={name: holder})


@dataclass(frozen=True, slots=True)
class PhaseStep:
    """A task after `advance_phase`; `moved` is False when it was already in that phase."""

    task: Task
    moved: bool
    change: Change


def advanced(task: Task, phase: str, *, at: int, actor: str) -> PhaseStep:
    """Return a task in the named phase or, without a name, in the next one.

    Naming the current phase, or advancing from the last one, changes nothing. An earlier phase may
    be named: it begins again. Raises BadInput for a phase that the task does not have.
    """
    names = [phase.name for phase in task.phases]
    if phase and phase not in names:
        raise BadInput(
            f"task {task.id!r} has no phase {one_line(phase, 40)!r}; "
            f"its phases are: {', '.join(names)}"
        )
    here = names.index(task.phase) if task.phase in names else -1
    target = names.index(phase) if phase else min(here + 1, len(names) - 1)
    if target == here:
        return _unmoved(task)
    return _entered(task, target, at=at, actor=actor)


def reached(task: Task, milestone: Milestone, *, at: int, actor: str) -> PhaseStep:
    """Return a task in the phase that a milestone shows, never in an earlier one.

    New chambers mean the last planning phase, first work means the implementation, completing means
    the phase after that, and a landing means the last phase.
    """
    names = [phase.name for phase in task.phases]
    here = names.index(task.phase) if task.phase in names else -1
    target = _phase_of(milestone, names)
    if task.is_over or target <= here:
        return _unmoved(task)
    return _entered(task, target, at=at, actor=actor)


def _phase_of(milestone: Milestone, names: Sequence[str]) -> int:
    """Return the index of a milestone's phase in a task's plan, -1 if the plan has none."""
    if _BUILDING not in names:
        return -1
    building = names.index(_BUILDING)
    match milestone:
        case "chambers opened":
            return building - 1
        case "work begun":
            return building
        case "completing":
            return min(building + 1, len(names) - 1)
        case "landing":
            return names.index("verification") if "verification" in names else -1


def _unmoved(task: Task) -> PhaseStep:
    return PhaseStep(task, moved=False, change=Change(events=()))


def _entered(task: Task, target: int, *, at: int, actor: str) -> PhaseStep:
    names = [phase.name for phase in task.phases]
    here = names.index(task.phase) if task.phase in names else -1
    phases = [
        replace(phase_record, finished_at=at)
        if i == here and not phase_record.finished_at
        else phase_record
        for i, phase_record in enumerate(task.phases)
    ]
    phases[target] = Phase(name=names[target], started_at=at, by=actor)
    moved = replace(task, phases=tuple(phases), phase=names[target])
    change = Change(events=(_event(moved, "task.phase-advanced", at, actor),))
    return PhaseStep(moved, moved=True, change=change)


def completing(
    task: Task,
    *,
    at: int,
    actor: str,
    summary: str,
    ending: Ending = "merge",
    clone: str = "",
    confirmed: bool = False,
    chosen: Sequence[str] = (),
) -> tuple[Task, Change]:
    """Return the completing task: nothing can be added to it while its chambers are merged.

    It lands only the `chosen` chambers, or all if none are chosen.
    """
    is_merged = ending == "merge"
    step = reached(task, "completing", at=at, actor=actor) if is_merged else _unmoved(task)
    changed = replace(
        _not_completing(step.task),
        state="completing",
        summary=summary,
        ending=ending,
        completing_clone=clone,
        completing_at=at,
        confirmed=confirmed,
        chosen=tuple(chosen),
    )
    event = _event(changed, "task.completing", at, actor)
    return changed, Change(events=(*step.change.events, event))


def claimed(task: Task, *, clone: str, at: int, actor: str) -> Change:
    """Assign a task from before clones had ids to the clone that has its chambers."""
    completing_clone = clone if task.is_completing and task.host else task.completing_clone
    changed = replace(task, clone=clone, completing_clone=completing_clone, host="")
    return Change(events=(_event(changed, "task.claimed", at, actor),))


def landing(
    task: Task, *, commit: str, chambers: Sequence[str], at: int, actor: str
) -> tuple[Task, Change]:
    """Return the task just before its branch moves.

    After a crash the branch tells whether it moved.
    """
    step = reached(task, "landing", at=at, actor=actor)
    changed = replace(step.task, landed_commit=commit, landing=tuple(chambers))
    event = _event(changed, "task.landing", at, actor)
    return changed, Change(events=(*step.change.events, event))


def reopened(task: Task, *, at: int, actor: str) -> tuple[Task, Change]:
    """Return the task open again, after completing failed or one of its chambers was restored."""
    phases = tuple(
        replace(phase, finished_at=0) if phase.name == task.phase else phase
        for phase in task.phases
    )
    changed = replace(_not_completing(task), state="open", summary="", finished_at=0, phases=phases)
    return changed, Change(events=(_event(changed, "task.reopened", at, actor),))


def ended(
    task: Task, *, completed: bool, landed_commit: str, at: int, actor: str
) -> tuple[Task, Change]:
    """Return the ended task: completed, or closed if its work was only saved.

    `landed_commit` is the branch's commit then, empty if no chamber had work.
    """
    phases = tuple(
        replace(phase, finished_at=at) if phase.started_at and not phase.finished_at else phase
        for phase in task.phases
    )
    changed = replace(
        _not_completing(task),
        state="completed" if completed else "closed",
        finished_at=at,
        phases=phases,
        landed_commit=landed_commit,
    )
    kind: Kind = "task.completed" if completed else "task.closed"
    event = _event(changed, kind, at, actor)
    return changed, Change(events=(event,), releases={claim_of(task): task.id})


def _not_completing(task: Task) -> Task:
    return replace(
        task,
        landed_commit="",
        completing_clone="",
        completing_at=0,
        confirmed=False,
        chosen=(),
        host="",
        ending="",
        landing=(),
    )


def _event(task: Task, kind: Kind, at: int, actor: str) -> Event:
    return Event(at=at, kind=kind, actor=actor, task_id=task.id, data=EventData(task=task))
