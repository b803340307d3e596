"""Interrupts: how they are sent, and how they end with their chamber."""

import hashlib
from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Discovery, Interrupt, Presence, Requires

_DIGEST = 12  # hex digits
CLOSED_NOTE = "undelivered: the chamber was closed before its worker read it"
ENDED_NOTE = "undelivered: the worker ended before it read it"
LASTING_END = 10_000  # ms


def interrupt_id(chamber: Chamber, message: str, requires: Requires, number: int) -> str:
    """Return the id of the `number`th interrupt with the same message to the same chamber."""
    content = f"{chamber.id}\0{chamber.created_at}\0{requires}\0{message}\0{number}".encode()
    return f"i-{hashlib.sha256(content).hexdigest()[:_DIGEST]}"


def sent(interrupt: Interrupt) -> Event:
    """Return the event that sends an interrupt."""
    return _event(interrupt, interrupt.sent_at)


def of_discovery(
    discovery: Discovery, chambers: Iterable[Chamber], *, at: int, actor: str
) -> list[Interrupt]:
    """Return an interrupt to every live chamber that a discovery affects, except its finder's."""
    lines = [f"Critical discovery by {discovery.agent_id}: {discovery.text}"]
    if discovery.impact:
        lines.append(f"What follows from it: {discovery.impact}")
    return [
        Interrupt(
            id=f"i-{discovery.id}-{chamber.name}",
            task_id=discovery.task_id,
            chamber=chamber.name,
            message="\n".join(lines),
            actor=actor,
            author=discovery.agent_id,
            discovery_id=discovery.id,
            sent_at=at,
        )
        for chamber in chambers
        if chamber.is_live
        and chamber.name != discovery.chamber
        and (not discovery.affects or chamber.name in discovery.affects)
    ]


def expired(interrupts: Iterable[Interrupt], *, note: str, at: int, actor: str) -> list[Event]:
    """Return the events that end unread interrupts; `note` says why nobody will read them."""
    return [
        _ended(interrupt, "expired", note=note, at=at, actor=actor)
        for interrupt in interrupts
        if interrupt.is_unread
    ]


def cancelled(interrupts: Iterable[Interrupt], *, note: str, at: int, actor: str) -> list[Event]:
    """Return the events that cancel unread interrupts."""
    return [
        _ended(interrupt, "cancelled", note=note, at=at, actor=actor)
        for interrupt in interrupts
        if interrupt.is_unread
    ]


def left_behind(
    interrupts: Iterable[Interrupt], presence: Presence | None, now: int
) -> list[Interrupt]:
    """Return a chamber's unread mail that was sent before its worker ended.

    A worker that its hook keeps from ending continues at once, so only an end that lasts counts.
    """
    if presence is None or not presence.is_over or now - presence.since < LASTING_END:
        return []
    return [
        interrupt
        for interrupt in interrupts
        if interrupt.is_unread and interrupt.sent_at < presence.since
    ]


def _ended(
    interrupt: Interrupt, state: Literal["cancelled", "expired"], *, note: str, at: int, actor: str
) -> Event:
    return Event(
        at=at,
        kind="interrupt.expired" if state == "expired" else "interrupt.cancelled",
        actor=actor,
        task_id=interrupt.task_id,
        chamber=interrupt.chamber,
        data=EventData(interrupt=replace(interrupt, state=state, ended_at=at, note=note)),
    )


def _event(interrupt: Interrupt, at: int) -> Event:
    return Event(
        at=at,
        kind="interrupt.sent",
        actor=interrupt.actor,
        task_id=interrupt.task_id,
        chamber=interrupt.chamber,
        data=EventData(interrupt=interrupt),
    )
