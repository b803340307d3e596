"""interrupt_worker: a message that stops the worker of one chamber at its next tool call."""

import asyncio
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.clock import iso_time
from orchestra_core.clone.clone_places import ClonePlace
from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Interrupt, Presence, Requires
from orchestra_core.replies.interrupts import SentInterrupt
from orchestra_core.store.reads import Reads
from orchestra_core.text import MESSAGE_LIMIT, required
from orchestra_server.domain.chambers.chamber_lifecycle import suspended
from orchestra_server.domain.workers.interrupts import interrupt_id, sent
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.files.spool.receipts import ids_in_spool
from orchestra_server.usecases.clones.whereabouts import is_here, place_in
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.lookups import read_chamber, read_task
from orchestra_server.usecases.common.transaction import (
    NOTHING,
    Context,
    Decision,
    run_transaction,
)
from orchestra_server.usecases.common.validation import checked_requires
from orchestra_server.usecases.delivery.deliver import post_at_once
from orchestra_server.usecases.health.observe_chamber import is_gone

_DELETED = (
    "Nobody can read it: the chamber's directory has been deleted. reconcile closes the chamber "
    "and saves its commits; restore_chamber then brings it back, and complete_task lands them."
)


async def interrupt_worker(
    context: Context,
    *,
    task_id: str,
    chamber: str,
    message: str,
    requires: str = "review",
    asked_at: int | None = None,
) -> SentInterrupt:
    """Send a message; if an identical one is still unread, return that one instead.

    A caller that may repeat the call passes `asked_at`, the time of its first call in milliseconds:
    a message sent since then is returned even if it has been read. `suspend` also blocks every tool
    of the chamber until resume_worker. Raises Unknown if the chamber does not exist, and Refused if
    it is not live.
    """
    text = required("message", message, MESSAGE_LIMIT)
    wanted = checked_requires(requires)

    async def decide(reads: Reads) -> Decision[tuple[Chamber, Interrupt, bool]]:
        task = await read_task(reads, task_id)
        target = await read_chamber(reads, task, chamber)
        require_live(target)
        already, identifier = await unread_or_next(reads, target, text, wanted, asked_at)
        if already is not None:
            return Decision((target, already, True), NOTHING)
        target, new, change = _sending(context, target, identifier, text, wanted)
        return Decision((target, new, False), change)

    store = context.store
    target, interrupt, already_sent = await run_transaction(store, decide)
    presence_read = asyncio.ensure_future(store.presence(target.id))
    here = is_here(target, context.clone)
    is_due = here and interrupt.state == "sent"
    if is_due and already_sent:
        is_due = not await asyncio.to_thread(_has_receipt, context, interrupt)
    if is_due:
        interrupt = await post_at_once(store, target, interrupt, context.clock, context.background)
    presence = await presence_read
    await show_change_soon(context, task_id)
    if here:
        place, problem = None, await asyncio.to_thread(_problem, target, interrupt)
    else:
        place, problem = place_in(context, await store.snapshot(), target), ""
    step = problem or _next_step(interrupt, presence, place)
    return _reply(interrupt, place, step, already_sent=already_sent)


def _has_receipt(context: Context, interrupt: Interrupt) -> bool:
    """Tell whether a message was shown although its sender died before recording it as posted."""
    return interrupt.id in ids_in_spool(context.project.git_dir)


def _sending(
    context: Context, target: Chamber, identifier: str, text: str, requires: Requires
) -> tuple[Chamber, Interrupt, Change]:
    """Return the chamber after the message is sent, the message, and the change."""
    new = Interrupt(
        id=identifier,
        task_id=target.task_id,
        chamber=target.name,
        message=text,
        requires=requires,
        actor=context.actor,
        sent_at=context.clock(),
    )
    events = [sent(new)]
    if new.requires == "suspend":
        events.append(suspended(target, new, at=new.sent_at, actor=new.actor))
        target = events[-1].data.chamber or target
    return target, new, Change(events=tuple(events))


async def unread_or_next(
    reads: Reads, chamber: Chamber, text: str, requires: Requires, since: int | None = None
) -> tuple[Interrupt | None, str]:
    """Return an identical message that is unread or was sent `since`, else the id for a new one.

    Repetitions are numbered, and only the last can be unread. It is found by doubling and
    bisection, because a message sent every minute has too many repetitions to read one by one.
    """

    async def at(number: int) -> Interrupt | None:
        return await reads.interrupt(interrupt_id(chamber, text, requires, number))

    last, none = 0, 1
    while await at(none) is not None:
        last, none = none, none * 2
    while none - last > 1:
        middle = (last + none) // 2
        last, none = (middle, none) if await at(middle) is not None else (last, middle)
    previous = await at(last) if last else None
    if previous is not None:
        asked_again = since is not None and previous.sent_at >= since
        if previous.is_unread or asked_again:
            return previous, previous.id
    return None, interrupt_id(chamber, text, requires, none)


def require_live(chamber: Chamber) -> None:
    """Raise Refused for a chamber that is not live."""
    if not chamber.is_live:
        raise Refused(
            f"chamber {chamber.name!r} is {chamber.state} and has no worker to interrupt; "
            "get_parallel_status shows which are live"
        )


def _reply(
    interrupt: Interrupt, place: ClonePlace | None, next_step: str, *, already_sent: bool
) -> SentInterrupt:
    return SentInterrupt(
        task_id=interrupt.task_id,
        interrupt_id=interrupt.id,
        chamber=interrupt.chamber,
        requires=interrupt.requires,
        state=interrupt.state,
        already_sent=already_sent,
        clone=place.name if place else "",
        is_here=place is None,
        clone_heard_at=iso_time(place.heard_at) if place else "",
        next_step=next_step,
    )


def _problem(chamber: Chamber, interrupt: Interrupt) -> str:
    """Return why the worker in a chamber of this clone may not see a message, "" for no reason."""
    path = Path(chamber.path)
    if is_gone(path):
        return _DELETED
    if interrupt.state == "sent":
        return _unposted(chamber)
    if chamber.ready_at and not (path / HOOK_SETTINGS).exists():
        return (
            f"It is in the mailbox, but the hook that shows it is gone from {path} (by 'git clean "
            "-x', say). Run 'orchestra reconcile': the hook is written again then."
        )
    return ""


def _unposted(chamber: Chamber) -> str:
    return (
        f"It is kept, but the worker does not see it yet: the mailbox in {chamber.path} cannot be "
        "written. Make that directory writable; the message is posted then by itself."
    )


def _next_step(interrupt: Interrupt, presence: Presence | None, place: ClonePlace | None) -> str:
    if place is not None and interrupt.state == "sent":
        return _sent_elsewhere(place)
    if presence is not None and presence.is_over:
        return (
            f"The worker in this chamber has {presence.state}: the message waits for the next one "
            "that is started there. cancel_interrupt cancels it."
        )
    if interrupt.requires == "suspend":
        return (
            "No tool of the worker runs from now on. resume_worker lets it go on; "
            "get_parallel_status shows when it has read the message."
        )
    return (
        "It interrupts the worker's next tool call. get_parallel_status shows it "
        "among the unread interrupts until it is read; cancel_interrupt cancels it."
    )


def _sent_elsewhere(place: ClonePlace) -> str:
    if place.served:
        return (
            f"The chamber is in clone {place.name} ({place.heard}), which posts it there. "
            "get_parallel_status shows it among the unread interrupts until it is read; "
            "cancel_interrupt cancels it."
        )
    return (
        f"Nobody is there to post it now: it is posted when clone {place.name} is heard again "
        f"({place.heard}). Until then cancel_interrupt cancels it."
    )
