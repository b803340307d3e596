"""Brings a task's chambers up to date before it is completed: created, heard, as on disk."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.quarantine import require_movable
from orchestra_server.usecases.chambers.close_transaction import close_all
from orchestra_server.usecases.chambers.renamed_branches import follow_branches
from orchestra_server.usecases.chambers.rollback import MAKER_DIED, record_failure, remove_remains
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.checks.chosen_chambers import chosen_of
from orchestra_server.usecases.completion.merge_and_land import deleted_chambers
from orchestra_server.usecases.concurrency.chamber_lock import is_chamber_locked, lock_chambers
from orchestra_server.usecases.workers.take_in_discoveries import take_in_discoveries


async def let_creations_end(context: Context, repo: Repository, task_id: str) -> None:
    """Wait for calls that are creating chambers of the task: these chambers land too."""
    state = await context.store.snapshot()
    names = [chamber.name for chamber in state.chambers_of(task_id) if chamber.state == "creating"]
    async with lock_chambers(repo.common_dir, names):
        pass


async def hear_workers(context: Context, task_id: str, only: Sequence[str]) -> None:
    """Take in what workers have written: it is closed with the chambers, or holds the landing.

    A worker whose chamber is not in `only` continues, and may be in the middle of a line.
    """
    chambers = (await context.store.snapshot()).chambers_of(task_id)
    ending = chosen_of(chambers, only)
    for chamber in chambers:
        await take_in_discoveries(context, chamber, is_last=chamber in ending)


async def remove_half_made(context: Context, repo: Repository, chambers: Sequence[Chamber]) -> None:
    """Remove half-made chambers whose process died: nobody holds their lock."""
    half_made = [
        chamber
        for chamber in chambers
        if chamber.state == "creating" and not is_chamber_locked(repo.common_dir, chamber.name)
    ]
    if half_made:
        await asyncio.to_thread(remove_remains, repo, half_made)
        await record_failure(context, half_made, MAKER_DIED)


async def chambers_as_found(
    context: Context, repo: Repository, task: Task, chambers: Sequence[Chamber]
) -> list[Chamber]:
    """Record renamed branches, and close chambers whose directory and branch were deleted.

    Raises Unavailable for a chamber that could not be closed once its work has landed.
    """
    await asyncio.to_thread(_require_movable, chambers)
    followed = await follow_branches(context, repo, task, chambers)
    deleted = await asyncio.to_thread(deleted_chambers, repo, followed)
    if deleted:
        await close_all(context, repo, task, deleted)
    return [chamber for chamber in followed if chamber not in deleted]


def _require_movable(chambers: Sequence[Chamber]) -> None:
    for chamber in chambers:
        require_movable(Path(chamber.path))
