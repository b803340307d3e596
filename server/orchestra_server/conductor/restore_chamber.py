"""restore_chamber: bring a closed chamber back with the work it held."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from orchestra_core.errors import Refused, Unknown
from orchestra_core.models import Chamber, Task
from orchestra_core.store.reads import Reads
from orchestra_server.chambers.half_restored import begin_again
from orchestra_server.chambers.repository import Repository, open_repository
from orchestra_server.chambers.saving import is_saved, restore_work, saved_head
from orchestra_server.chambers.shadow import read_state
from orchestra_server.chambers.worktrees import (
    WorktreePlan,
    add_worktrees,
    delete_branch,
    list_worktrees,
)
from orchestra_server.conductor import telling
from orchestra_server.conductor.aftermath import show_change
from orchestra_server.conductor.alone import alone_with_chambers, to_its_end
from orchestra_server.conductor.context import Context, Decision, settle, this_host
from orchestra_server.conductor.decisions import chambers as life
from orchestra_server.conductor.decisions.tasks import claim_of
from orchestra_server.conductor.furnishing import furnish_all, shake_all_hands
from orchestra_server.conductor.known import chambers_in, read_chamber, read_task, task_in
from orchestra_server.conductor.replies import RestoredChamber
from orchestra_server.files.exclude import PATTERNS
from orchestra_server.files.handshake import Handshake


async def restore_chamber(context: Context, *, task_id: str, chamber: str = "") -> RestoredChamber:
    """Make the chamber's worktree and branch again, files uncommitted as they were.

    Without a chamber nothing is changed: the answer lists what is saved for the task. A task that
    has ended is open again, so that it can be completed with what came back.
    """
    if not chamber.strip():
        state = await context.store.snapshot()
        return _list(task_in(state, task_id), chambers_in(state, task_id))
    return await to_its_end(_restore(context, task_id, chamber.strip()))


async def _restore(context: Context, task_id: str, name: str) -> RestoredChamber:
    task, room = await _restorable(context, task_id, name)
    repo = await asyncio.to_thread(open_repository, Path(task.working_directory))
    async with alone_with_chambers(repo.common_dir):
        task, room = await _restorable(context, task_id, name)
        if room.state != "live":
            await asyncio.to_thread(_rebuild, repo, room)
            state = await context.store.snapshot()
            siblings = [one for one in chambers_in(state, task_id) if one.state == "live"]
            await asyncio.to_thread(furnish_all, context, repo, task, [room], siblings=siblings)
            hands = await asyncio.to_thread(shake_all_hands, repo, [room])
            room = await _open(context, task_id, name, hands)
    state = await show_change(context, task_id)
    return _reply(task, room, chambers_in(state, task_id))


async def _restorable(context: Context, task_id: str, name: str) -> tuple[Task, Chamber]:
    """Return a chamber that is live already or can be brought back."""

    async def decide(reads: Reads) -> Decision[tuple[Task, Chamber]]:
        task = await read_task(reads, task_id)
        room = await read_chamber(reads, task, name)
        if room.state == "live":
            return Decision((task, room))
        if task.state == "completing":
            raise Refused(f"task {task_id!r} is being completed; call complete_task first")
        if room.state != "closed":
            raise Refused(f"chamber {name!r} is {room.state}; only a closed one can be restored")
        if not room.saved_ref:
            raise Unknown(
                f"nothing is saved of chamber {name!r}: {room.note or 'it held no work'}; "
                "restore_chamber without a chamber lists what is"
            )
        holder = await reads.claim(name)
        if holder:
            raise Refused(f"the name {name!r} is held by {holder!r}; close that one first")
        return Decision((task, room))

    return await settle(context.store, decide)


async def _open(
    context: Context, task_id: str, name: str, hands: Mapping[str, Handshake]
) -> Chamber:
    async def decide(reads: Reads) -> Decision[Chamber]:
        task = await read_task(reads, task_id)
        room = await read_chamber(reads, task, name)
        live, change = life.restored(
            room,
            task,
            hands,
            request_is_free=not await reads.claim(claim_of(task)),
            host=this_host(),
            at=context.clock(),
            actor=context.actor,
        )
        return Decision(live, change)

    return await settle(context.store, decide)


def _rebuild(repo: Repository, room: Chamber) -> None:
    """Make the worktree and put the saved work in; one that an earlier attempt made is taken up."""
    path, head = Path(room.path), saved_head(repo, room.saved_ref)
    made = any(
        (tree.path, tree.branch, tree.gone) == (path, room.branch, False)
        for tree in list_worktrees(repo)
    )
    if not made:
        delete_branch(repo, room.branch, head)  # kept at the very commit: it is made again there
        reason = f"orchestra: chamber {room.name} of task {room.task_id}"
        add_worktrees(repo, [WorktreePlan(room.name, path, room.branch, head, reason)])
    states = (read_state(path), read_state(path, ours=PATTERNS))
    if states[0].clean or not any(is_saved(repo, state) for state in states):
        begin_again(repo, room.saved_ref, path)
        restore_work(repo, room.saved_ref, path)


def _list(task: Task, chambers: list[Chamber]) -> RestoredChamber:
    saved = telling.saved(one for one in chambers if one.state == "closed")
    return RestoredChamber(
        task_id=task.id,
        restored=False,
        chamber="",
        path="",
        branch="",
        saved_ref="",
        saved=saved,
        next_step=(
            "Call restore_chamber with one of these as `chamber` to bring it back."
            if saved
            else "Nothing is saved for this task: all its work is merged or in live chambers."
        ),
    )


def _reply(task: Task, room: Chamber, chambers: list[Chamber]) -> RestoredChamber:
    reopened = "" if task.state == "open" else f" Task {task.id!r} is open again."
    return RestoredChamber(
        task_id=room.task_id,
        restored=True,
        chamber=room.name,
        path=room.path,
        branch=room.branch,
        saved_ref=room.saved_ref,
        saved=telling.saved(one for one in chambers if one.state == "closed"),
        next_step=(
            f"It is live with its work as it was.{reopened} get_agent_context with "
            f"module={room.name!r} gives the prompt for a worker in it."
        ),
    )
