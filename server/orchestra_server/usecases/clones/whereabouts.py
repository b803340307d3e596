"""Whether a chamber is this clone's: by the clone's id alone. Every verb that acts asks here.

Nobody but its own clone posts a chamber's mail, repairs it or closes it.
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

# The other machine is taken for gone, or is heard once more.
_DISPUTE_MS = SILENT_MS + BEAT_MS


def is_here(chamber: Chamber, clone: str) -> bool:
    """Tell whether a chamber is of the clone with this id; "" is nobody's."""
    return bool(clone) and chamber.clone == clone


def is_completed_here(task: Task, clone: str) -> bool:
    """Tell whether the clone with this id is the one that completes a task."""
    return bool(clone) and (task.completing_clone or task.clone) == clone


def here_of(chambers: Iterable[Chamber], clone: str) -> list[Chamber]:
    """Return those of the chambers that are of the clone with this id."""
    return [chamber for chamber in chambers if is_here(chamber, clone)]


def place_in(context: Context, state: ProjectState, chamber: Chamber) -> ClonePlace:
    """Return where a chamber is, for an answer."""
    return place_of(chamber, state, context.clone, context.clock())


def sentence_elsewhere(chambers: Iterable[Chamber], places: Mapping[str, ClonePlace]) -> str:
    """Return a sentence on the standing chambers of other clones, "" without any."""
    away: dict[str, list[str]] = {}
    for chamber in chambers:
        place = places[chamber.id]
        if chamber.is_standing and not place.is_here:
            away.setdefault(f"{place.name} ({place.heard})", []).append(chamber.name)
    return "".join(
        f" In clone {clone}, which alone reaches their workers and closes them: {', '.join(names)}."
        for clone, names in away.items()
    )


async def require_here(context: Context, chamber: Chamber, verb: str) -> None:
    """Raise Refused for a chamber of another clone, saying where it is and since when unheard.

    `verb` says what only that clone does, such as "closes it".
    """
    if not is_here(chamber, context.clone):
        require_sure(context)
        state = await context.store.snapshot()
        raise elsewhere(place_in(context, state, chamber), chamber, verb)


def elsewhere(place: ClonePlace, chamber: Chamber, verb: str) -> Refused:
    """Return the refusal to do something with a chamber of another clone."""
    return Refused(
        f"chamber {chamber.name!r} is in clone {place.name} ({place.heard}), and only that "
        f"clone {verb}; call this there"
    )


def require_sure(context: Context) -> None:
    """Raise Refused while another machine that has the same clone id may be the one to keep it.

    Raises Unavailable where no id can be noted.
    """
    if not clone_id(context.project.git_dir):
        raise Refused(
            "another machine has this clone's id and was heard just now (was this machine copied "
            f"from it?); within {_DISPUTE_MS // 1_000} s it is known which of them keeps the id: "
            "call again then"
        )


def former_clones(state: ProjectState, own: Clone, now: int) -> set[str]:
    """Return the clones that were at this clone's place on this machine, which has another now.

    Such a repository was deleted, or moved and not yet heard at its new place.
    """
    return {
        clone.id
        for clone in state.clones.values()
        if clone.id != own.id
        and (clone.machine, clone.path) == (own.machine, own.path)
        and not _is_served_elsewhere(state, clone.id, now)
    }


def _is_served_elsewhere(state: ProjectState, clone: str, now: int) -> bool:
    """Tell whether another machine serves a clone; on this one a server may be left of it."""
    return is_served(state, clone, now) and not is_of_this_run(state.heartbeats[clone].holder)


async def task_here(context: Context, task: Task) -> Task:
    """Return a task with its working directory on this clone's disk; never to be written back.

    For a task that another clone has started it is the same directory of this clone's checkout,
    or its top where there is no such directory.
    """
    if task.clone in {"", context.clone}:
        return task
    origin = await context.store.read(lambda reads: reads.clone(task.clone))
    return await asyncio.to_thread(_with_directory_here, context, task, origin)


async def with_tasks_here(context: Context, state: ProjectState) -> ProjectState:
    """Return a snapshot with the tasks that have chambers here as `task_here` returns them."""
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
