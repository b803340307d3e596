"""Brings mail and suspensions from Redis to this clone's chambers, and receipts back."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.clock import Clock
from orchestra_core.errors import Unavailable
from orchestra_core.models import OPERATOR, Chamber, Interrupt
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.workers.interrupts import ENDED_NOTE, left_behind
from orchestra_server.files.chamber.mailbox import (
    has_mail,
    mail_ids,
    post,
    unread,
    withdraw,
)
from orchestra_server.files.chamber.suspension import Suspension, show_suspension, shows
from orchestra_server.files.spool.receipts import ids_in_spool, receipts_in_chamber
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.concurrency.background_tasks import Background
from orchestra_server.usecases.delivery.take_in_spool import take_receipts_in_chamber

_ACTOR = "orchestra"
_log = logging.getLogger(__name__)


async def deliver_mail(
    store: Store, state: ProjectState, clock: Clock, clone: str, common_dir: Path
) -> bool:
    """Post messages that are `sent` to the live chambers here, and withdraw those that have ended.

    Receipts that hooks could leave only in a chamber are taken in.

    Return whether anything was stamped, so that `state` is outdated.

    If a mailbox cannot be written, its mail stays `sent`, and the next round tries again.
    """
    mail: defaultdict[str, list[Interrupt]] = defaultdict(list)
    for interrupt in state.interrupts.values():
        mail[interrupt.chamber_id].append(interrupt)
    here = [chamber for chamber in here_of(state.chambers.values(), clone) if chamber.is_live]
    sessions = {worker.id for worker in state.workers.values() if worker.has_session}
    stamped = False
    for chamber in await asyncio.to_thread(_waiting, here, state, mail, clock()):
        own = sorted(mail[chamber.id], key=lambda interrupt: (interrupt.sent_at, interrupt.id))
        stamped |= await take_receipts_in_chamber(store, Path(chamber.path))
        if chamber.id in sessions:  # its session takes the mail
            own = [interrupt for interrupt in own if interrupt.state != "sent"]
        try:
            stamped |= await _serve(store, state, chamber, own, clock, common_dir=common_dir)
        except Unavailable as fault:
            _log.warning("%s", fault)
    return stamped


async def post_at_once(
    store: Store,
    chamber: Chamber,
    interrupt: Interrupt,
    clock: Clock,
    background: Background | None,
) -> Interrupt:
    """Post an interrupt that has just been sent, and return it in its new state.

    Only the `posted` stamp is left to the background. If the mailbox cannot be written, the
    interrupt stays `sent` and the next round posts it. The chamber must be in this clone. A message
    to a started worker stays `sent` as well, because the daemon passes it to the session.
    """

    async def stamp() -> None:
        await _stamp_posted(store, chamber, interrupt, clock)

    try:
        worker = await store.read(lambda reads: reads.worker(chamber.id))
        if worker is not None and worker.has_session:
            await _show_suspension(store, chamber, interrupt)
            return interrupt
        if not await asyncio.to_thread(_post_if_shown, chamber, interrupt):
            await _show_suspension(store, chamber, interrupt)
            await asyncio.to_thread(post, Path(chamber.path), [interrupt])
    except Unavailable as fault:
        _log.warning("%s", fault)
        return interrupt
    if background is None:
        await stamp()
    else:
        background.now(stamp)
    return replace(interrupt, state="posted")


def _post_if_shown(chamber: Chamber, interrupt: Interrupt) -> bool:
    """Post an interrupt; False if the chamber does not show its suspension yet."""
    path = Path(chamber.path)
    if chamber.suspended_by == interrupt.id and not shows(path, _suspension(chamber, interrupt)):
        return False
    post(path, [interrupt])
    return True


def _waiting(
    here: Sequence[Chamber], state: ProjectState, mail: Mapping[str, list[Interrupt]], now: int
) -> list[Chamber]:
    """Return the chambers that need something; usually there are none."""
    return [chamber for chamber in here if _waits(chamber, state, mail.get(chamber.id, ()), now)]


def _waits(chamber: Chamber, state: ProjectState, mail: Sequence[Interrupt], now: int) -> bool:
    path = Path(chamber.path)
    return (
        any(interrupt.state == "sent" for interrupt in mail)
        or bool(left_behind(mail, state.presence.get(chamber.id), now))
        or bool(receipts_in_chamber(path))
        or not shows(path, _suspension(chamber, state.interrupts.get(chamber.suspended_by)))
        or (any(interrupt.is_withdrawn for interrupt in mail) and has_mail(path))
    )


async def _serve(
    store: Store,
    state: ProjectState,
    chamber: Chamber,
    mail: list[Interrupt],
    clock: Clock,
    *,
    common_dir: Path,
) -> bool:
    """Update one chamber; its tools are suspended before the mail about that is posted."""
    await _show_suspension(store, chamber, state.interrupts.get(chamber.suspended_by))
    unreachable = left_behind(mail, state.presence.get(chamber.id), clock())
    stamped = await _expire(store, chamber, unreachable, clock)
    await _call_back(chamber, [interrupt.id for interrupt in mail if interrupt.is_withdrawn])
    gone = {interrupt.id for interrupt in unreachable}
    new = [
        interrupt for interrupt in mail if interrupt.state == "sent" and interrupt.id not in gone
    ]
    return await _post(store, chamber, new, clock, common_dir) or stamped


async def _post(
    store: Store, chamber: Chamber, mail: list[Interrupt], clock: Clock, common_dir: Path
) -> bool:
    """Post messages that are still `sent` and not yet shown; return whether anything was stamped.

    The caller's state may be older than the store, and the store older than the receipts. They are
    read in the order in which a message passes through them, so that no step is missed.
    """
    if not mail:
        return False
    shown_or_waiting = await asyncio.to_thread(mail_ids, Path(chamber.path))
    shown_or_waiting |= await asyncio.to_thread(ids_in_spool, common_dir)
    unposted = await store.read(partial(_still_sent, mail))
    new = [interrupt for interrupt in unposted if interrupt.id not in shown_or_waiting]
    if new:
        await asyncio.to_thread(post, Path(chamber.path), new)
    for interrupt in unposted:
        await _stamp_posted(store, chamber, interrupt, clock)
    return bool(unposted)


async def _still_sent(mail: Sequence[Interrupt], reads: Reads) -> list[Interrupt]:
    latest = [await reads.interrupt(interrupt.id) or interrupt for interrupt in mail]
    return [interrupt for interrupt in latest if interrupt.state == "sent"]


async def _stamp_posted(store: Store, chamber: Chamber, interrupt: Interrupt, clock: Clock) -> None:
    now = await store.stamp_interrupt(interrupt.id, "posted", at=clock(), actor=_ACTOR)
    if now is not None and now.is_withdrawn:  # withdrawn while it was being posted
        await _call_back(chamber, [interrupt.id])


async def _call_back(chamber: Chamber, ids: list[str]) -> set[str]:
    return await asyncio.to_thread(withdraw, Path(chamber.path), chamber.name, ids)


async def _expire(
    store: Store, chamber: Chamber, unreachable: list[Interrupt], clock: Clock
) -> bool:
    """Expire the unread mail of an ended worker, except what a hook is reading."""
    if not unreachable:
        return False
    await _call_back(chamber, [interrupt.id for interrupt in unreachable])
    held = set(await asyncio.to_thread(unread, Path(chamber.path)))
    for interrupt in unreachable:
        if interrupt.id not in held:
            await store.stamp_interrupt(
                interrupt.id, "expired", at=clock(), actor=_ACTOR, note=ENDED_NOTE
            )
    return True


async def _show_suspension(store: Store, chamber: Chamber, by: Interrupt | None) -> None:
    """Make the chamber's suspension file match Redis.

    Several servers may do this at once, each with its own reading. A server that changes the file
    reads Redis again, so the last writer has seen the last change.
    """
    latest, interrupt = chamber, by
    while await asyncio.to_thread(
        show_suspension, Path(chamber.path), _suspension(latest, interrupt)
    ):
        latest, interrupt = await _read(store, chamber)


def _suspension(chamber: Chamber, interrupt: Interrupt | None) -> Suspension | None:
    if not chamber.suspended_at or not chamber.is_live:
        return None
    return Suspension(
        since=chamber.suspended_at,
        interrupt_id=chamber.suspended_by,
        sender=(interrupt.actor if interrupt else "") or OPERATOR,
        message=interrupt.message if interrupt else "",
    )


async def _read(store: Store, chamber: Chamber) -> tuple[Chamber, Interrupt | None]:
    async def look(reads: Reads) -> tuple[Chamber, Interrupt | None]:
        current = await reads.chamber(chamber.id) or chamber
        by = await reads.interrupt(current.suspended_by) if current.suspended_by else None
        return current, by

    return await store.read(look)
