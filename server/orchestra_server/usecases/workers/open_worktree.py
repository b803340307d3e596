"""Makes a chamber for each worktree that an agent's client asks for, in an open or new task."""

import asyncio
from pathlib import Path

from orchestra_core.errors import Refused, Unavailable
from orchestra_core.models import Chamber, Task
from orchestra_core.names import allowed_chamber_name
from orchestra_core.state import ProjectState
from orchestra_core.text import MESSAGE_LIMIT
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.start_task import start_task

# Always the same words, so that `start_task` joins simultaneous calls in one task.
REQUEST = "Worktrees that Claude Code opened without a task"
_NAMES_TRIED = 5


async def open_worktree(context: Context, *, name: str, brief: str = "") -> str:
    """Return the path of the chamber for a client's worktree; a live one with that name is reused.

    A name that no chamber can have is adapted; a taken name gets a number. The chamber begins at
    the checkout's current commit. Raises Refused if none of the names is free, and Unavailable
    while a program of the person still runs in the new chamber.
    """
    allowed = allowed_chamber_name(name)
    state = await context.store.snapshot()
    live_chamber = _live_here(state, context.clone, allowed)
    if live_chamber is not None:
        return live_chamber.path
    task_id = await _open_task(context, state)
    number = 1
    while True:
        numbered = allowed if number == 1 else f"{allowed[:60]}-{number}"
        try:
            return await _create(context, task_id, numbered, brief[:MESSAGE_LIMIT])
        except Refused:
            if number == _NAMES_TRIED:
                raise
        number += 1


def _live_here(state: ProjectState, clone: str, name: str) -> Chamber | None:
    for chamber in state.chambers.values():
        if chamber.name == name and chamber.is_live and is_here(chamber, clone):
            return chamber
    return None


async def _open_task(context: Context, state: ProjectState) -> str:
    """Return the newest open task that lands on the checkout's branch, else a new one."""
    repo = await asyncio.to_thread(open_repository, context.project.root)
    head = await asyncio.to_thread(repo.head)
    fitting = [
        task
        for task in state.tasks.values()
        if task.is_open and _lands_here(task, repo.top, head.branch, context.clone)
    ]
    if fitting:
        return max(fitting, key=lambda task: task.started_at).id
    started = await start_task(context, description=REQUEST, complexity="simple")
    return started.task_id


def _lands_here(task: Task, top: Path, branch: str, clone: str) -> bool:
    is_ours = task.clone in {"", clone} and Path(task.working_directory).is_relative_to(top)
    return is_ours and task.base_branch == branch


async def _create(context: Context, task_id: str, name: str, brief: str) -> str:
    made = await create_chambers_batch(
        context,
        task_id=task_id,
        chamber_names=[name],
        base="HEAD",
        base_seconds=0,  # a client's hook waits
        briefs={name: brief} if brief else {},
    )
    if not made.chambers:  # a program of the person still runs in it
        raise Unavailable(made.next_step)
    return made.chambers[0].path
