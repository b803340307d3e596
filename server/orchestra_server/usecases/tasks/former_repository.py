"""Closes tasks of a deleted repository after another was created at its path."""

import asyncio
import socket
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.clone.repository_location import noted_placement
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.project import find_project, id_by_place
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.git.repository.branch_tips import missing_branches
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save_format import find_commit
from orchestra_server.usecases.clones.registration import clone_at_its_place
from orchestra_server.usecases.clones.whereabouts import former_clones
from orchestra_server.usecases.common.serializers import unread_of
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction

NOTE = "the repository that it was in has been deleted; git has no commit of it"


async def former_tasks(context: Context, repo: Repository) -> list[str]:
    """Return the ids of open tasks of which this repository holds nothing.

    Such a task belongs to a clone that was at this place before. This repository lacks the task's
    base commit, or Orchestra's own note, and has neither the directory nor the branch of any of its
    chambers.
    """
    if not context.clone:
        return []
    state = await context.store.snapshot()
    own = await asyncio.to_thread(clone_at_its_place, context.project, context.clone)
    former = former_clones(state, own, context.clock()) | context.earlier_clones
    clones = former - {own.id}
    given_by_hand = context.project.id != id_by_place(repo.common_dir)
    return await asyncio.to_thread(_former_tasks, repo, state, clones, given_by_hand=given_by_hand)


async def close_former_tasks(context: Context, repo: Repository) -> None:
    """Close these tasks and their chambers, which frees the names."""
    for task_id in await former_tasks(context, repo):
        await run_transaction(context.store, partial(_close, context, task_id))


def _former_tasks(
    repo: Repository, state: ProjectState, clones: Collection[str], *, given_by_hand: bool
) -> list[str]:
    noted = given_by_hand or noted_placement(repo.common_dir) is not None
    return [
        task.id
        for task in state.tasks.values()
        if not task.is_over
        and task.clone in {"", *clones}
        and _is_here(repo, task)
        and all(
            chamber.clone in clones or _is_of_host(chamber) for chamber in _standing(state, task)
        )
        and _is_former(repo, task, _standing(state, task), noted=noted)
    ]


def _is_here(repo: Repository, task: Task) -> bool:
    try:
        return find_project(Path(task.working_directory)).git_dir == repo.common_dir
    except OrchestraError:
        return False


def _is_of_host(chamber: Chamber) -> bool:
    """Tell whether a chamber from before clones had ids belonged to a machine with this name."""
    return not chamber.clone and chamber.host == socket.gethostname()


def _standing(state: ProjectState, task: Task) -> list[Chamber]:
    return [chamber for chamber in state.chambers_of(task.id) if chamber.is_standing]


def _is_former(repo: Repository, task: Task, standing: Sequence[Chamber], *, noted: bool) -> bool:
    if any(Path(chamber.path).exists() for chamber in standing):
        return False
    branches = [chamber.branch for chamber in standing]
    if len(missing_branches(repo, branches)) < len(branches):
        return False
    has_base = not task.base_commit or bool(find_commit(repo, task.base_commit))
    return not has_base or (not noted and any(chamber.is_live for chamber in standing))


async def _close(context: Context, task_id: str, reads: Reads) -> Decision[None]:
    task = await reads.task(task_id)
    if task is None or task.is_over:
        return Decision(None)
    state, at, actor = await reads.state(), context.clock(), context.actor
    changes = list[Change]()
    for chamber in await reads.chambers_of(task_id):
        if chamber.is_standing:
            unread = unread_of(state, task_id, chamber.name)
            changes.append(
                chamber_lifecycle.closed(chamber, unread, ref="", note=NOTE, at=at, actor=actor)[1]
            )
    ended = task_lifecycle.ended(task, completed=False, landed_commit="", at=at, actor=actor)[1]
    return Decision(None, task_lifecycle.both(chamber_lifecycle.together(changes), ended))
