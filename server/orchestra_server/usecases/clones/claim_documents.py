"""Claims documents from before clones had ids, which name a host, for the clone that owns them."""

import asyncio
import socket
from collections.abc import Collection
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.models import Chamber, Task
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.git.repository.branch_tips import missing_branches
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction


async def claim_documents(context: Context, repo: Repository) -> list[str]:
    """Claim the documents that name this host and belong to this repository; return their ids.

    A chamber is provably this clone's only if its worktree is known to git here, or its branch is
    here.
    """
    state = await context.store.snapshot()
    chambers = [
        chamber
        for chamber in state.chambers.values()
        if chamber.is_standing and _is_of_host(chamber)
    ]
    own_chambers = await asyncio.to_thread(_in_repository, repo, chambers) if chambers else []
    own_tasks = {chamber.task_id for chamber in own_chambers} | _completed_here(repo, state)
    for task_id in sorted(own_tasks):
        names = {chamber.id for chamber in own_chambers if chamber.task_id == task_id}
        await _claim(context, task_id, names)
    return [*sorted(own_tasks), *sorted(chamber.id for chamber in own_chambers)]


def _is_of_host(document: Chamber | Task) -> bool:
    return not document.clone and document.host == socket.gethostname()


def _in_repository(repo: Repository, chambers: Collection[Chamber]) -> list[Chamber]:
    trees = {str(tree.path) for tree in list_worktrees(repo)}
    missing = missing_branches(repo, [chamber.branch for chamber in chambers])
    return [
        chamber
        for chamber in chambers
        if chamber.path in trees
        or (chamber.branch not in missing and Path(chamber.path).is_relative_to(repo.top))
    ]


def _completed_here(repo: Repository, state: ProjectState) -> set[str]:
    directories = {str(repo.top)}
    return {
        task.id
        for task in state.tasks.values()
        if task.is_completing and _is_of_host(task) and task.working_directory in directories
    }


async def _claim(context: Context, task_id: str, chamber_ids: Collection[str]) -> None:
    clone = context.clone

    async def decide(reads: Reads) -> Decision[None]:
        at, actor = context.clock(), context.actor
        changes = list[Change]()
        task = await reads.task(task_id)
        if task is not None and not task.clone:
            changes.append(task_lifecycle.claimed(task, clone=clone, at=at, actor=actor))
        for chamber_id in sorted(chamber_ids):
            chamber = await reads.chamber(chamber_id)
            if chamber is not None and not chamber.clone:
                changes.append(chamber_lifecycle.claimed(chamber, clone=clone, at=at, actor=actor))
        return Decision(None, chamber_lifecycle.together(changes))

    await run_transaction(context.store, decide)
