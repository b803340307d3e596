"""What follows every change: rebuilding files and posting mail."""

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

from orchestra_core.errors import Unavailable
from orchestra_core.models import Task
from orchestra_core.state import ProjectState
from orchestra_core.store.archive import archive_ended, is_due
from orchestra_server.files.projections import write_projections
from orchestra_server.usecases.clones.whereabouts import task_here, with_tasks_here
from orchestra_server.usecases.common.hide_orchestra_files import hide_orchestra_files
from orchestra_server.usecases.common.lookups import task_in
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery.deliver import deliver_mail

_log = logging.getLogger(__name__)


async def show_change_soon(context: Context, task_id: str) -> None:
    """Run `show_change`, in the background if possible: no reply depends on it."""

    async def show() -> None:
        await show_change(context, task_id)

    if context.background is None:
        await show()
    else:
        context.background.soon(task_id, show)


async def show_change(context: Context, task_id: str) -> ProjectState:
    """Post pending mail, rebuild the task's files, and return the state after that.

    The change itself is committed, so a directory that cannot be written causes only a warning: the
    next change or server start writes the same files again.
    """
    state = await context.store.snapshot(task_id)
    if await deliver_mail(
        context.store, state, context.clock, context.clone, context.project.git_dir
    ):
        state = await context.store.snapshot(task_id)
    await _write_files(context, state, task_id)
    await _archive_soon(context, state)
    return state


async def rebuild_files(context: Context, task_id: str) -> None:
    """Rebuild only the task's files; an archived task has none."""
    state = await context.store.snapshot(task_id)
    if task_id in state.tasks:
        await _write_files(context, state, task_id)


async def _write_files(context: Context, state: ProjectState, task_id: str) -> None:
    task = await task_here(context, task_in(state, task_id))
    directory = Path(task.working_directory)
    state = await with_tasks_here(context, state)
    try:
        await asyncio.to_thread(_write, context.project.git_dir, directory, state)
    except Unavailable as fault:
        _log.warning("%s", fault)


async def _archive_soon(context: Context, state: ProjectState) -> None:
    """Move old ended tasks into the archive, in the background if possible."""

    async def archive() -> None:
        await archive_ended(context.store, context.clock())

    if not is_due(state):
        return
    if context.background is None:
        await archive()
    else:
        context.background.soon("archive", archive)


async def show_every_task(context: Context) -> None:
    """Rebuild the files of every directory that has a task."""
    state = await with_tasks_here(context, await context.store.snapshot())
    for task_id in one_for_each_directory(state.tasks.values()):
        await show_change(context, task_id)


def one_for_each_directory(tasks: Iterable[Task]) -> list[str]:
    """Return one task's id per directory: the files there show all tasks of the directory."""
    return list({task.working_directory: task.id for task in tasks}.values())


def _write(common_dir: Path, working_directory: Path, state: ProjectState) -> None:
    hide_orchestra_files(
        common_dir, working_directory
    )  # first, so that no file ever appears in git status
    write_projections(working_directory, state)
