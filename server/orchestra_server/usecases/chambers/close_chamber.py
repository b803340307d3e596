"""close_chamber: remove one chamber before its task is complete, its work saved first."""

import asyncio
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.replies.chambers import ClosedChamber
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.close_transaction import close_one, require_here
from orchestra_server.usecases.chambers.renamed_branches import follow_branches
from orchestra_server.usecases.chambers.rollback import MAKER_DIED, record_failure, remove_remains
from orchestra_server.usecases.chambers.save_and_remove import LOST
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.lookups import read_chamber, read_task
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.repository_lock import lock_repository, run_shielded
from orchestra_server.usecases.concurrency.task_lock import lock_task
from orchestra_server.usecases.workers.worker_activity import describe_activity


async def close_chamber(
    context: Context, *, task_id: str, chamber: str, confirm: bool = False
) -> ClosedChamber:
    """Save what is uncommitted or unmerged, remove worktree and branch, free the name.

    One that is closed already is answered as it ended. Raises Refused when something in it cannot
    be kept, and until `confirm` is true also while its worker is still running; nothing is removed
    then.
    """
    return await run_shielded(_close(context, task_id, chamber, confirm=confirm))


async def _close(context: Context, task_id: str, name: str, *, confirm: bool) -> ClosedChamber:
    task, _ = await _read(context, task_id, name)
    repo = await asyncio.to_thread(open_repository, Path(task.working_directory))
    async with lock_task(repo.common_dir, task_id), lock_repository(repo.common_dir):
        task, room = await _read(context, task_id, name)
        require_here(room)
        if room.is_over:
            state = await context.store.snapshot()
            return _reply(room, state, already_closed=True, branch_kept=False)
        if room.state == "creating":
            await asyncio.to_thread(remove_remains, repo, [room])
            await record_failure(context, [room], MAKER_DIED)
            state = await context.store.snapshot()
            return _reply(room, state, already_closed=False, branch_kept=False)
        if not confirm:
            await _require_idle(context, room)
        [room] = await follow_branches(context, repo, task, [room])
        room, away = await close_one(context, repo, task, room)
    state = await show_change(context, task_id)
    return _reply(room, state, already_closed=False, branch_kept=away.branch_kept)


async def _require_idle(context: Context, room: Chamber) -> None:
    doing = describe_activity(await context.store.snapshot(), room, context.clock())
    if doing and room.is_live:
        raise Refused(
            f"the worker of chamber {room.name!r} is still {doing}; interrupt_worker with "
            "requires='stop' asks it to end, and confirm=true closes the chamber all the same"
        )


async def _read(context: Context, task_id: str, name: str) -> tuple[Task, Chamber]:
    async def look(reads: Reads) -> tuple[Task, Chamber]:
        task = await read_task(reads, task_id)
        return task, await read_chamber(reads, task, name)

    return await context.store.read(look)


def _reply(
    room: Chamber, state: ProjectState, *, already_closed: bool, branch_kept: bool
) -> ClosedChamber:
    return ClosedChamber(
        task_id=room.task_id,
        chamber=room.name,
        already_closed=already_closed,
        saved_ref=room.saved_ref,
        branch=room.branch,
        branch_kept=branch_kept,
        undelivered=serializers.undelivered_of(state, room.task_id, room.name),
        next_step=_next_step(room),
    )


def _next_step(room: Chamber) -> str:
    if room.saved_ref:
        return f"Its work is saved; restore_chamber with chamber={room.name!r} brings it back."
    if room.note.startswith(LOST):
        return f"Nothing could be saved: {room.note}."
    return "It held no work that is not merged; nothing is left to do for it."
