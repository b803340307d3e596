"""Interrupts as they are sent, and as they end with the chamber they were meant for."""

import hashlib
from collections.abc import Iterable

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Discovery, Interrupt, Requires

_DIGEST = 12  # hex digits
UNREAD = ("sent", "posted")


def interrupt_id(chamber: Chamber, message: str, requires: Requires, number: int) -> str:
    """Return the id of the `number`th interrupt with this very message to this chamber."""
    content = f"{chamber.id}\0{chamber.created_at}\0{requires}\0{message}\0{number}".encode()
    return f"i-{hashlib.sha256(content).hexdigest()[:_DIGEST]}"


def sent(interrupt: Interrupt) -> Event:
    """Return the event that puts an interrupt on its way."""
    return _event(interrupt, interrupt.sent_at)


def of_discovery(
    found: Discovery, chambers: Iterable[Chamber], *, at: int, actor: str
) -> list[Interrupt]:
    """Return an interrupt to every live chamber but its finder's that a discovery affects."""
    lines = [f"Critical discovery by {found.agent_id}: {found.text}"]
    if found.impact:
        lines.append(f"What follows from it: {found.impact}")
    return [
        Interrupt(
            id=f"i-{found.id}-{chamber.name}",
            task_id=found.task_id,
            chamber=chamber.name,
            message="\n".join(lines),
            actor=actor,
            discovery_id=found.id,
            sent_at=at,
        )
        for chamber in chambers
        if chamber.state == "live"
        and chamber.name != found.chamber
        and (not found.affects or chamber.name in found.affects)
    ]


def expired(interrupts: Iterable[Interrupt], *, at: int, actor: str) -> list[Event]:
    """Return the events that end the unread interrupts of a chamber that is gone."""
    return [
        Event(
            at=at,
            kind="interrupt.expired",
            actor=actor,
            task_id=one.task_id,
            chamber=one.chamber,
            data=EventData(interrupt=replace(one, state="expired", ended_at=at)),
        )
        for one in interrupts
        if one.state in UNREAD
    ]


def _event(interrupt: Interrupt, at: int) -> Event:
    return Event(
        at=at,
        kind="interrupt.sent",
        actor=interrupt.actor,
        task_id=interrupt.task_id,
        chamber=interrupt.chamber,
        data=EventData(interrupt=interrupt),
    )
