"""Updates tasks, chambers, hooks and settings after the whole repository was moved."""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.clone.repository_location import Placement, note_placement, own_placement
from orchestra_core.models import Chamber
from orchestra_core.project import Project, id_by_place, moved_from
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.files.installation.reinstall_after_move import initialise_again
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.relink import relink_moved_worktrees
from orchestra_server.usecases.chambers.provision import provision_chambers
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction


def former_checkout(project: Project) -> Path | None:
    """Return the former path of the checkout; None if it has not moved."""
    former = moved_from(project)
    return None if former is None else _top(former)


def note_place(project: Project) -> None:
    """Record where the repository is, unless its id was set by hand."""
    noted = own_placement(project.git_dir)
    if project.id == (noted.id if noted is not None else id_by_place(project.git_dir)):
        note_placement(project.git_dir, Placement(project.id, project.git_dir))


async def follow_repository(
    context: Context, repo: Repository, state: ProjectState, old_top: Path
) -> None:
    """Rewrite every recorded path below `old_top` to the new place; safe to repeat.

    The new place is recorded last. No file of the user or a worker changes.
    """
    await asyncio.to_thread(relink_moved_worktrees, repo, old_top)
    new_top = _top(repo.common_dir)
    for task in state.tasks.values():
        await _move(context, task.id, old_top, new_top, state.chambers_of(task.id))
    await asyncio.to_thread(_provision, context, repo, await context.store.snapshot())
    await asyncio.to_thread(initialise_again, repo.common_dir, old_top, new_top, sys.executable)
    await asyncio.to_thread(note_place, context.project)


def _provision(context: Context, repo: Repository, state: ProjectState) -> None:
    """Write the new paths into the briefings and hooks of the live chambers."""
    for chamber in state.chambers.values():
        if chamber.is_live and is_here(chamber, context.clone) and Path(chamber.path).exists():
            others = [chamber for chamber in state.chambers_of(chamber.task_id) if chamber.is_live]
            siblings = [sibling for sibling in others if sibling.id != chamber.id]
            provision_chambers(
                context, repo, state.tasks[chamber.task_id], [chamber], siblings=siblings
            )


async def _move(
    context: Context, task_id: str, old: Path, new: Path, chambers: Iterable[Chamber]
) -> None:
    """Move a task and all its chambers in one change."""
    clone = context.clone

    async def decide(reads: Reads) -> Decision[None]:
        at, actor = context.clock(), context.actor
        changes: list[Change] = []
        task = await reads.task(task_id)
        is_own = task is not None and task.clone in {"", clone}
        if task is not None and is_own and _is_below(task.working_directory, old):
            directory = _moved(task.working_directory, old, new)
            changes.append(task_lifecycle.moved(task, directory=directory, at=at, actor=actor)[1])
        read = [await reads.chamber(chamber.id) for chamber in chambers]
        for chamber in read:
            if chamber is not None and is_here(chamber, clone) and _is_below(chamber.path, old):
                path = _moved(chamber.path, old, new)
                changes.append(chamber_lifecycle.moved(chamber, path=path, at=at, actor=actor)[1])
        whole = Change(events=())
        for change in changes:
            whole = task_lifecycle.both(whole, change)
        return Decision(None, whole)

    await run_transaction(context.store, decide)


def _is_below(path: str, top: Path) -> bool:
    return Path(path).is_relative_to(top)


def _moved(path: str, old: Path, new: Path) -> str:
    return str(new / Path(path).relative_to(old))


def _top(common_dir: Path) -> Path:
    return common_dir.parent if common_dir.name == ".git" else common_dir
