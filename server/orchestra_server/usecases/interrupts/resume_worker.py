"""resume_worker: let the tools of a suspended chamber run again, and tell its worker."""

import asyncio
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.events import Event
from orchestra_core.models import Chamber, Interrupt
from orchestra_core.replies.interrupts import ResumedWorker
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers.chamber_lifecycle import resumed
from orchestra_server.domain.workers.interrupts import cancelled, sent
from orchestra_server.files.chamber.mailbox import withdraw
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.lookups import read_chamber, read_task
from orchestra_server.usecases.common.transaction import (
    NOTHING,
    Context,
    Decision,
    run_transaction,
)
from orchestra_server.usecases.interrupts.interrupt_worker import require_live, unread_or_next

GO_ON = "The suspension has ended: your tools run again. Go on with your work."
_NOTE = "resumed before it was read"


async def resume_worker(context: Context, *, task_id: str, chamber: str) -> ResumedWorker:
    """End a suspension; a worker that has noticed it gets a message to go on.

    Unread messages that asked for the suspension are cancelled. A chamber that is not suspended
    stays as it is. Raises Unknown for a chamber that does not exist and Refused for one that is not
    live.
    """
    target = await _look(context, task_id, chamber)
    taken_out = await _take_out(target, await context.store.snapshot(), context.clone)

    async def decide(reads: Reads) -> Decision[tuple[bool, bool]]:
        task = await read_task(reads, task_id)
        target = await read_chamber(reads, task, chamber)
        require_live(target)
        if not target.suspended_at:
            return Decision((False, False), NOTHING)
        suspending = await _asked_for(reads, target)
        now = context.clock()
        never_seen = [
            interrupt
            for interrupt in suspending
            if interrupt.id in taken_out or interrupt.state == "sent"
        ]
        events = [resumed(target, at=now, actor=context.actor)]
        events += cancelled(never_seen, note=_NOTE, at=now, actor=context.actor)
        told = any(
            interrupt.state != "cancelled"
            for interrupt in suspending
            if interrupt not in never_seen
        )
        if told:
            events += await _go_on(reads, target, now, context.actor)
        return Decision((True, told), Change(events=tuple(events)))

    was_suspended, told = await run_transaction(context.store, decide)
    await show_change(context, task_id)
    return _reply(task_id, chamber, was_suspended=was_suspended, told=told)


async def _look(context: Context, task_id: str, name: str) -> Chamber:
    async def look(reads: Reads) -> Chamber:
        task = await read_task(reads, task_id)
        chamber = await read_chamber(reads, task, name)
        require_live(chamber)
        return chamber

    return await context.store.read(look)


async def _take_out(chamber: Chamber, state: ProjectState, clone: str) -> set[str]:
    """Remove the unread messages that asked for the suspension from the chamber."""
    if not chamber.suspended_at or not is_here(chamber, clone):
        return set()
    ids = [interrupt.id for interrupt in _suspending(state, chamber) if interrupt.is_unread]
    return await asyncio.to_thread(withdraw, Path(chamber.path), chamber.name, ids)


def _suspending(state: ProjectState, chamber: Chamber) -> list[Interrupt]:
    """Return the messages that asked for the current suspension."""
    return [
        interrupt
        for interrupt in state.interrupts.values()
        if interrupt.chamber_id == chamber.id
        and interrupt.requires == "suspend"
        and interrupt.sent_at >= chamber.suspended_at
    ]


async def _asked_for(reads: Reads, chamber: Chamber) -> list[Interrupt]:
    interrupts = [
        await reads.interrupt(interrupt.id)
        for interrupt in _suspending(await reads.state(), chamber)
    ]
    return [interrupt for interrupt in interrupts if interrupt is not None]


async def _go_on(reads: Reads, chamber: Chamber, now: int, actor: str) -> list[Event]:
    unread, identifier = await unread_or_next(reads, chamber, GO_ON, "review")
    if unread is not None:
        return []
    new = Interrupt(
        id=identifier,
        task_id=chamber.task_id,
        chamber=chamber.name,
        message=GO_ON,
        actor=actor,
        sent_at=now,
    )
    return [sent(new)]


def _reply(task_id: str, chamber: str, *, was_suspended: bool, told: bool) -> ResumedWorker:
    if not was_suspended:
        step = "It was not suspended; its tools run as before."
    elif told:
        step = "Its tools run again, and a message tells its worker to go on."
    else:
        step = "Its tools run again. Its worker had not noticed the suspension yet."
    return ResumedWorker(
        task_id=task_id,
        chamber=chamber,
        was_suspended=was_suspended,
        told=told,
        next_step=step,
    )
