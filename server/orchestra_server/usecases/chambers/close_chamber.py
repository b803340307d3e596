"""close_chamber: remove one chamber before its task is complete, after saving its work."""

import asyncio
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.replies.chambers import ClosedChamber
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.repository.stashes import LEFT_STASH
from orchestra_server.git.repository.writable import require_writable_repository
from orchestra_server.usecases.chambers.close_transaction import close_one
from orchestra_server.usecases.chambers.renamed_branches import follow_branches
from orchestra_server.usecases.chambers.rollback import MAKER_DIED, record_failure, remove_remains
from orchestra_server.usecases.chambers.save_and_remove import LOST
from orchestra_server.usecases.clones.whereabouts import require_here, task_here
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.lookups import read_chamber, read_task
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.answer_in_time import (
    answer_in_time,
    goes_on,
    waits_recorded,
)
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.concurrency.repository_lock import keep_gc_out, lock_repository
from orchestra_server.usecases.concurrency.task_lock import lock_task
from orchestra_server.usecases.workers.take_in_discoveries import take_in_discoveries
from orchestra_server.usecases.workers.worker_activity import describe_activity


async def close_chamber(
    context: Context, *, task_id: str, chamber: str, confirm: bool = False
) -> ClosedChamber:
    """Save uncommitted and unmerged work, remove the worktree and the branch, free the name.

    A closed chamber gets the reply of its closing again. Raises Refused, and removes nothing, if
    some of its work cannot be saved, or while its worker is running unless `confirm` is set.
    """

    async def close() -> ClosedChamber:
        return await _close(context, task_id, chamber, confirm=confirm)

    def unfinished(waits_for: str, seconds: float) -> ClosedChamber:
        return ClosedChamber(
            task_id=task_id,
            chamber=chamber,
            already_closed=False,
            saved_ref="",
            branch="",
            branch_kept=True,
            undelivered=[],
            closed=False,
            next_step=goes_on(waits_for, seconds, "close_chamber"),
        )

    return await answer_in_time(
        f"{context.project.id} {task_id} close {chamber}",
        close,
        announce=waits_recorded(context.store, task_id, context.clock, context.on_wait),
        unfinished=unfinished,
        patience=context.patience,
    )


async def _close(context: Context, task_id: str, name: str, *, confirm: bool) -> ClosedChamber:
    task, chamber = await _read(context, task_id, name)
    await require_here(context, chamber, "closes it")
    task = await task_here(context, task)
    repo = await asyncio.to_thread(open_repository, Path(task.working_directory))
    await asyncio.to_thread(require_writable_repository, repo)
    async with lock_task(repo.common_dir, task_id), lock_chambers(repo.common_dir, [name]):
        _, chamber = await _read(context, task_id, name)
        await require_here(context, chamber, "closes it")
        if chamber.is_over:
            state = await context.store.snapshot(task_id)
            return _reply(chamber, state, already_closed=True, branch_kept=False)
        if chamber.state == "creating":
            async with lock_repository(repo.common_dir):
                await asyncio.to_thread(remove_remains, repo, [chamber])
            await record_failure(context, [chamber], MAKER_DIED)
            state = await context.store.snapshot()
            return _reply(chamber, state, already_closed=False, branch_kept=False)
        if not confirm:
            await _require_idle(context, chamber)
        await take_in_discoveries(context, chamber, is_last=True)  # the file is removed with it
        [chamber] = await follow_branches(context, repo, task, [chamber])
        async with keep_gc_out(repo.common_dir):
            chamber, closed_work = await close_one(context, repo, task, chamber)
    state = await show_change(context, task_id)
    return _reply(chamber, state, already_closed=False, branch_kept=closed_work.branch_kept)


async def _require_idle(context: Context, chamber: Chamber) -> None:
    doing = describe_activity(await context.store.snapshot(), chamber, context.clock())
    if doing and chamber.is_live:
        raise Refused(
            f"the worker of chamber {chamber.name!r} is still {doing}; interrupt_worker with "
            "requires='stop' asks it to end, and confirm=true closes the chamber anyway"
        )


async def _read(context: Context, task_id: str, name: str) -> tuple[Task, Chamber]:
    async def look(reads: Reads) -> tuple[Task, Chamber]:
        task = await read_task(reads, task_id)
        return task, await read_chamber(reads, task, name)

    return await context.store.read(look)


def _reply(
    chamber: Chamber, state: ProjectState, *, already_closed: bool, branch_kept: bool
) -> ClosedChamber:
    return ClosedChamber(
        task_id=chamber.task_id,
        chamber=chamber.name,
        already_closed=already_closed,
        saved_ref=chamber.saved_ref,
        branch=chamber.branch,
        branch_kept=branch_kept,
        undelivered=serializers.undelivered_of(state, chamber.task_id, chamber.name),
        next_step=_next_step(chamber),
    )


def _next_step(chamber: Chamber) -> str:
    begin = "It held no unmerged work; nothing is left to do for it."
    if chamber.saved_ref:
        begin = f"Its work is saved; restore_chamber with chamber={chamber.name!r} brings it back."
    elif chamber.note.startswith(LOST):
        return f"Nothing could be saved: {chamber.note}."
    stash = chamber.note.partition(LEFT_STASH)
    return f"{begin} But {stash[1]}{stash[2]}." if stash[1] else begin
