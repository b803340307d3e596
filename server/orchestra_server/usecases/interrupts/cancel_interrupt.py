"""cancel_interrupt: withdraw a message that its worker has not read."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.clock import iso_time
from orchestra_core.errors import Refused, Unknown
from orchestra_core.models import Chamber, Interrupt, Task
from orchestra_core.replies.interrupts import CancelledInterrupt
from orchestra_core.store.reads import Reads
from orchestra_core.text import one_line
from orchestra_server.domain.chambers.chamber_lifecycle import resumed
from orchestra_server.domain.workers.interrupts import cancelled
from orchestra_server.files.chamber.mailbox import unread, withdraw
from orchestra_server.usecases.clones.whereabouts import is_here, require_here
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.lookups import read_chamber, read_task
from orchestra_server.usecases.common.transaction import (
    NOTHING,
    Context,
    Decision,
    run_transaction,
)
from orchestra_server.usecases.delivery.take_in_spool import take_in_all_of

_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _FoundInterrupt:
    chamber: Chamber
    interrupt: Interrupt
    in_session: bool  # of a started worker, whose session cannot give it back


async def cancel_interrupt(
    context: Context, *, task_id: str, interrupt_id: str
) -> CancelledInterrupt:
    """Withdraw an unread message, from the chamber too; a repeated call gets the same reply.

    A suspension that the message asked for ends too. Raises Unknown for a message that the task
    does not have, and Refused once the worker has seen it.
    """
    target = await context.store.read(lambda reads: _read(reads, task_id, interrupt_id))
    if target.interrupt.is_unread:
        await _take_out(context, target)

    async def decide(reads: Reads) -> Decision[tuple[_FoundInterrupt, bool]]:
        now = await _read(reads, task_id, interrupt_id)
        if now.interrupt.state == "cancelled":
            return Decision((now, False), NOTHING)
        _require_unread(now.interrupt)
        if now.in_session:
            raise _being_shown(now.interrupt)
        return Decision((now, True), _change(context, now))

    last, changed = await run_transaction(context.store, decide)
    await show_change(context, task_id)
    was_suspended = changed and last.chamber.suspended_by == interrupt_id
    return _reply(last.interrupt, already_cancelled=not changed, resumed=was_suspended)


async def _read(reads: Reads, task_id: str, interrupt_id: str) -> _FoundInterrupt:
    task = await read_task(reads, task_id)
    interrupt = await reads.interrupt(interrupt_id) if _ID.fullmatch(interrupt_id) else None
    if interrupt is None or interrupt.task_id != task_id:
        raise await _unknown(reads, task, interrupt_id)
    chamber = await read_chamber(reads, task, interrupt.chamber)
    worker = await reads.worker(chamber.id)
    has_it = worker is not None and worker.has_session and interrupt.state == "posted"
    return _FoundInterrupt(chamber, interrupt, has_it)


async def _unknown(reads: Reads, task: Task, interrupt_id: str) -> Unknown:
    waiting = serializers.unread_of(await reads.state(), task.id)
    waiting_ids = ", ".join(
        f"{interrupt.id} ({interrupt.chamber})" for interrupt in waiting[:_SHOWN]
    )
    return Unknown(
        f"task {task.id!r} has no interrupt {one_line(interrupt_id, 60)!r}; "
        + (f"unread are: {waiting_ids}" if waiting_ids else "none of its messages is unread")
    )


async def _take_out(context: Context, target: _FoundInterrupt) -> None:
    """Remove the message from the chamber; raises Refused if it is being read or cannot be."""
    chamber, interrupt = target.chamber, target.interrupt
    if interrupt.state == "sent" and not is_here(chamber, context.clone):
        return
    if target.in_session:
        raise _being_shown(interrupt)
    await require_here(context, chamber, "can take its mail back")
    path = Path(chamber.path)
    await asyncio.to_thread(withdraw, path, chamber.name, [interrupt.id])
    if interrupt.id in await asyncio.to_thread(unread, path):
        raise _being_shown(interrupt)
    await take_in_all_of(context, chamber)  # a hook that has shown it has left a receipt


def _being_shown(interrupt: Interrupt) -> Refused:
    return Refused(
        f"interrupt {interrupt.id!r} is being shown to its worker right now; "
        "send another message that corrects it"
    )


def _require_unread(interrupt: Interrupt) -> None:
    if interrupt.state == "expired":
        raise Refused(f"interrupt {interrupt.id!r} has ended already: {interrupt.note}")
    if not interrupt.is_unread:
        raise Refused(
            f"interrupt {interrupt.id!r} was read by its worker at "
            f"{iso_time(interrupt.delivered_at)}; send another message that corrects it"
        )


def _change(context: Context, target: _FoundInterrupt) -> Change:
    now, actor = context.clock(), context.actor
    events = cancelled([target.interrupt], note=f"cancelled by {actor}", at=now, actor=actor)
    if target.chamber.suspended_by == target.interrupt.id:
        events.append(resumed(target.chamber, at=now, actor=actor))
    return Change(events=tuple(events))


def _reply(interrupt: Interrupt, *, already_cancelled: bool, resumed: bool) -> CancelledInterrupt:
    goes_on = " The suspension it asked for has ended with it." if resumed else ""
    return CancelledInterrupt(
        task_id=interrupt.task_id,
        interrupt_id=interrupt.id,
        chamber=interrupt.chamber,
        already_cancelled=already_cancelled,
        resumed=resumed,
        next_step=f"Its worker has not seen it and will not.{goes_on} There is nothing else to do.",
    )
