"""get_conflicts: which chambers of a task would not merge as they are now."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from orchestra_core.clock import iso_time
from orchestra_core.clone.clone_places import ClonePlace
from orchestra_core.models import BASE, Chamber, Conflict, Task
from orchestra_core.names import branch_of, split_chamber_id
from orchestra_core.replies.conflicts import ConflictingFile, ConflictStatus, CurrentConflicts
from orchestra_core.state import ProjectState
from orchestra_core.wording.gates import fails_together
from orchestra_server.domain.chambers.chamber_health import (
    ROUND_SECONDS,
    is_compared,
    unwatched_because,
)
from orchestra_server.git.merge.dropped_files import REWRITTEN
from orchestra_server.git.remotes.published_refs import chamber_ref
from orchestra_server.usecases.clones.whereabouts import place_in, sentence_elsewhere
from orchestra_server.usecases.common.lookups import task_in
from orchestra_server.usecases.common.transaction import Context

_NOWHERE: Mapping[str, ClonePlace] = MappingProxyType({})


async def get_conflicts(context: Context, *, task_id: str) -> CurrentConflicts:
    """Return the conflicts of a task's live chambers at the last check."""
    state = await context.store.snapshot(task_id)
    places = {
        chamber.id: place_in(context, state, chamber) for chamber in state.chambers_of(task_id)
    }
    return current_conflicts(state, task_id, places)


def current_conflicts(
    state: ProjectState, task_id: str, places: Mapping[str, ClonePlace] = _NOWHERE
) -> CurrentConflicts:
    """Return the conflicts in a snapshot that involve a task's chambers."""
    task = task_in(state, task_id)
    conflicts = [
        conflict
        for conflict in state.conflicts.values()
        if not conflict.is_over and task_id in conflict.task_ids and _stands(state, conflict)
    ]
    conflicts.sort(key=lambda conflict: (conflict.since, conflict.id))
    live = [chamber for chamber in state.chambers_of(task_id) if chamber.is_live]
    away = [chamber for chamber in live if chamber.id in places and not places[chamber.id].is_here]
    unpublished = [chamber for chamber in away if not chamber.published]
    here = [chamber for chamber in live if chamber not in away]
    lost = [chamber for chamber in here if not is_compared(chamber.health)]
    unwatched = {chamber.name: why for chamber in here if (why := unwatched_because(chamber))}
    return CurrentConflicts(
        task_id=task_id,
        collisions=[_status(conflict) for conflict in conflicts],
        not_compared=[chamber.name for chamber in (*unpublished, *lost)],
        not_watched=unwatched,
        next_step=_next_step(task, conflicts, away, lost=lost, unwatched=unwatched)
        + _as_published(away)
        + sentence_elsewhere(away, places),
    )


def _as_published(away: Sequence[Chamber]) -> str:
    names = ", ".join(chamber.name for chamber in away if chamber.published)
    return f" As their clones last published them: {names}." if names else ""


def _stands(state: ProjectState, conflict: Conflict) -> bool:
    """Tell whether a conflict's chambers are live; otherwise the monitor will soon end it."""
    chambers = (state.chambers.get(side) for side in conflict.between if side != BASE)
    return all(chamber is not None and chamber.is_live for chamber in chambers)


def _status(conflict: Conflict) -> ConflictStatus:
    return ConflictStatus(
        between=[split_chamber_id(side).name for side in conflict.between],
        tasks=list(conflict.task_ids),
        files=[
            ConflictingFile(file=file, kind=kind)
            for file, kind in zip(conflict.files, conflict.kinds, strict=True)
        ],
        more_files=conflict.count - len(conflict.files),
        since=iso_time(conflict.since),
    )


def _next_step(
    task: Task,
    conflicts: Sequence[Conflict],
    away: Sequence[Chamber],
    *,
    lost: Sequence[Chamber],
    unwatched: Mapping[str, str],
) -> str:
    gaps = _gaps(lost, unwatched)
    if conflicts and fails_together(conflicts[0]):
        advice = _red_advice(conflicts[0])
    else:
        advice = _advice(task, conflicts, away, gaps=bool(gaps))
    return f"{gaps} {advice}" if gaps else advice


def _red_advice(conflict: Conflict) -> str:
    first, second = (split_chamber_id(side).name for side in conflict.between)
    return (
        f"{first!r} and {second!r} merge, but fail {conflict.files[0]} together; their workers "
        "have mail with what it printed. Decide whose change was meant, and tell the other one's "
        "worker to follow it; complete_task would not land both."
    )


def _gaps(lost: Sequence[Chamber], unwatched: Mapping[str, str]) -> str:
    """Return a text on chambers that are not compared or not watched, with reason and cure."""
    sentences = [f"Not compared: {chamber.name!r}: {chamber.health[0]}." for chamber in lost]
    if unwatched:
        names = ", ".join(map(repr, unwatched))
        reasons = "; ".join(dict.fromkeys(unwatched.values()))
        sentences.append(
            f"Not watched, and looked at every {ROUND_SECONDS} seconds only: {names} ({reasons})."
        )
    return " ".join(sentences)


def _advice(
    task: Task, conflicts: Sequence[Conflict], away: Sequence[Chamber], *, gaps: bool
) -> str:
    if not conflicts and gaps:
        return "No conflict was seen among the rest, nor at the last check of those not watched."
    if not conflicts and any(not chamber.published for chamber in away):
        return (
            "When they were last compared, a moment after the last change, the live chambers of "
            "this clone merged with each other and with their base. Those of other clones are not "
            "compared."
        )
    if not conflicts:
        return (
            "When they were last compared, a moment after the last change, all live chambers "
            "merged with each other and with their base; the room and this tool report a conflict "
            "as soon as there is one."
        )
    first, second = conflicts[0].between
    name = split_chamber_id(first).name
    if second == BASE and REWRITTEN in conflicts[0].kinds:
        return (
            f"The branch was rewritten under chamber {name!r}: it has dropped commits that the "
            "chamber began at. complete_task replays the chamber's own commits and leaves out what "
            "was dropped; its dry_run says whether that goes through."
        )
    if second == BASE:
        source = task.base_branch or "the checkout's HEAD"
        return (
            f"The branch moved on under chamber {name!r}: when its worker is at a clean "
            f"point, have it commit, run `git merge {source}` there and resolve. Until then "
            "complete_task would report this conflict."
        )
    elsewhere = {chamber.id for chamber in away}
    if first in elsewhere and second not in elsewhere:
        first, second, name = second, first, split_chamber_id(second).name
    other_task, other_name = split_chamber_id(second)
    named = chamber_ref if second in elsewhere else branch_of
    return (
        f"Decide which of {name!r} and {other_name!r} keeps the files named, and tell the other "
        "one's worker with interrupt_worker to leave them alone. If both need them, let one worker "
        f"finish and commit, then have {name!r} run `git merge "
        f"{named(other_task, other_name)}` and resolve; complete_task would report the conflict."
    )
