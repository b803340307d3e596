"""Tells, by the clone's id, whether a chamber is this clone's; every acting use-case asks here.

Only a chamber's own clone posts its mail, repairs it or closes it.
"""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.clone.clone_id import clone_id
from orchestra_core.clone.clone_places import BEAT_MS, SILENT_MS, ClonePlace, is_served, place_of
from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Clone, Task
from orchestra_core.process.machine import is_of_this_run
from orchestra_core.state import ProjectState
from orchestra_server.usecases.common.transaction import Context

# By then the other machine counts as gone, or was heard again.
_DISPUTE_MS = SILENT_MS + BEAT_MS


def is_here(chamber: Chamber, clone: str) -> bool:
    """Tell whether a chamber belongs to the clone with this id; "" owns no chamber."""
    return bool(clone) and chamber.clone == clone


def is_completed_here(task: Task, clone: str) -> bool:
    """Tell whether the clone with this id is the one that completes a task."""
    return bool(clone) and (task.completing_clone or task.clone) == clone


def here_of(chambers: Iterable[Chamber], clone: str) -> list[Chamber]:
    """Return the chambers that belong to the clone with this id."""
    return [chamber for chamber in chambers if is_here(chamber, clone)]


def place_in(context: Context, state: ProjectState, chamber: Chamber) -> ClonePlace:
    """Return where a chamber is, for an answer."""
    return place_of(chamber, state, context.clone, context.clock())


def sentence_elsewhere(chambers: Iterable[Chamber], places: Mapping[str, ClonePlace]) -> str:
    """Return sentences about the standing chambers of other clones, "" for none."""
    away: dict[str, list[str]] = {}
    for chamber in chambers:
        place = places[chamber.id]
        if chamber.is_standing and not place.is_here:
            away.setdefault(f"{place.name} ({place.heard})", []).append(chamber.name)
    return "".join(
        f" In clone {clone}, and only it can reach their workers or close them: {', '.join(names)}."
        for clone, names in away.items()
    )


async def require_here(context: Context, chamber: Chamber, verb: str) -> None:
    """Raise Refused for a chamber of another clone; name that clone and when it was last heard.

    `verb` says what only that clone can do, such as "closes it".
    """
    if not is_here(chamber, context.clone):
        require_sure(context)
        state = await context.store.snapshot()
        raise elsewhere(place_in(context, state, chamber), chamber, verb)


def elsewhere(place: ClonePlace, chamber: Chamber, verb: str) -> Refused:
    """Return the refusal for a chamber of another clone."""
    return Refused(
        f"chamber {chamber.name!r} is in clone {place.name} ({place.heard}), and only that "
        f"clone {verb}; call this there"
    )


def require_sure(context: Context) -> None:
    """Raise Refused while another machine disputes this clone's id.

    Raises Unavailable if no id can be noted.
    """
    if not clone_id(context.project.git_dir):
        raise Refused(
            "another machine has this clone's id and was heard just now (is this machine a copy "
            f"of it?); call again in {_DISPUTE_MS // 1_000} s, when it is decided which of them "
            "keeps the id"
        )


def former_clones(state: ProjectState, own: Clone, now: int) -> set[str]:
    """Return the ids of earlier clones at this clone's place on this machine.

    Their repositories were deleted, or moved and not yet heard from again.
    """
    return {
        clone.id
        for clone in state.clones.values()
        if clone.id != own.id
        and (clone.machine, clone.path) == (own.machine, own.path)
        and not _is_served_elsewhere(state, clone.id, now)
    }


def _is_served_elsewhere(state: ProjectState, clone: str, now: int) -> bool:
    """Tell whether another machine serves a clone; on this machine an old server may still run."""
    return is_served(state, clone, now) and not is_of_this_run(state.heartbeats[clone].holder)


async def task_here(context: Context, task: Task) -> Task:
    """Return a task with its working directory on this clone's disk; never to be written back.

    For a task that another clone started, that is the same directory in this clone's checkout, or
    the checkout's top if it does not exist.
    """
    if task.clone in {"", context.clone}:
        return task
    origin = await context.store.read(lambda reads: reads.clone(task.clone))
    return await asyncio.to_thread(_with_directory_here, context, task, origin)


async def with_tasks_here(context: Context, state: ProjectState) -> ProjectState:
    """Return a snapshot in which tasks with chambers here are as `task_here` returns them."""
    clone = context.clone
    shared = {chamber.task_id for chamber in state.chambers.values() if chamber.clone == clone}
    for task_id in shared & state.tasks.keys():
        task = state.tasks[task_id]
        if task.clone not in {"", clone}:
            origin = state.clones.get(task.clone)
            state.tasks[task_id] = await asyncio.to_thread(
                _with_directory_here, context, task, origin
            )
    return state


def _with_directory_here(context: Context, task: Task, origin: Clone | None) -> Task:
    directory, top = Path(task.working_directory), context.project.main_checkout
    if origin is not None and directory.is_relative_to(origin.path):
        same = top / directory.relative_to(origin.path)
        top = same if same.is_dir() else top
    return replace(task, working_directory=str(top))
