"""Carries interrupts from Redis into the mailboxes of this machine, and receipts back."""

import asyncio
import logging
from collections import defaultdict
from pathlib import Path

from orchestra_core.clock import Clock
from orchestra_core.errors import Unavailable
from orchestra_core.models import Chamber, Interrupt
from orchestra_core.names import chamber_id
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.conductor.context import this_host
from orchestra_server.files.mailbox import collect_receipts, discard_receipts, post

_ACTOR = "orchestra"
_log = logging.getLogger(__name__)


async def deliver_mail(store: Store, state: ProjectState, clock: Clock) -> bool:
    """Post what is `sent` to the live chambers here, stamp it, and take in receipts.

    Return whether anything was stamped, so that `state` is out of date.

    A mailbox that cannot be written keeps its mail `sent`: the next round tries again.
    """
    waiting: defaultdict[str, list[Interrupt]] = defaultdict(list)
    for interrupt in state.interrupts.values():
        if interrupt.state == "sent":
            waiting[chamber_id(interrupt.task_id, interrupt.chamber)].append(interrupt)
    stamped = False
    for chamber in state.chambers.values():
        if chamber.state == "live" and chamber.host == this_host():
            stamped |= await _take_receipts(store, chamber)
            mail = sorted(waiting[chamber.id], key=lambda one: (one.sent_at, one.id))
            if mail:
                stamped |= await _post(store, chamber, mail, clock)
    return stamped


async def _post(store: Store, chamber: Chamber, mail: list[Interrupt], clock: Clock) -> bool:
    try:
        await asyncio.to_thread(post, Path(chamber.path), mail)
    except Unavailable as fault:
        _log.warning("%s", fault)
        return False
    for interrupt in mail:
        await store.stamp_interrupt(interrupt.id, "posted", at=clock(), actor=_ACTOR)
    return True


async def _take_receipts(store: Store, chamber: Chamber) -> bool:
    path = Path(chamber.path)
    receipts = await asyncio.to_thread(collect_receipts, path)
    for receipt in receipts:
        await store.stamp_interrupt(
            receipt.interrupt_id, receipt.state, at=receipt.at, actor=chamber.name
        )
    if receipts:
        await asyncio.to_thread(discard_receipts, path, receipts)
    return bool(receipts)
