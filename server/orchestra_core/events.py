"""The events of a project: its history, and the only thing the room is fed with.

An event carries whole the document that its change wrote, so that applying it needs nothing else.
Its id in the stream is `<seq>-0`, which makes a gap visible as `seq != last + 1`.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from orchestra_core.models import Agent, Chamber, Collision, Discovery, Document, Interrupt, Task

Kind = Literal[
    "task.started",
    "task.phase-advanced",
    "task.completing",
    "task.landing",
    "task.completed",
    "task.closed",
    "task.reopened",
    "task.moved",
    "chamber.reserved",
    "chamber.created",
    "chamber.failed",
    "chamber.closing",
    "chamber.closed",
    "chamber.restored",
    "chamber.moved",
    "chamber.branch-renamed",
    "chamber.suspended",
    "chamber.resumed",
    "agent.acted",
    "discovery.shared",
    "interrupt.sent",
    "interrupt.posted",
    "interrupt.delivered",
    "interrupt.acted",
    "interrupt.cancelled",
    "interrupt.expired",
    "collision.appeared",
    "collision.changed",
    "collision.cleared",
    "program.awaited",
]


class EventData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event changed: at most one document of each kind, and the words that go with it."""

    task: Task | None = None
    chamber: Chamber | None = None
    agent: Agent | None = None
    discovery: Discovery | None = None
    interrupt: Interrupt | None = None
    collision: Collision | None = None
    action: str = ""  # of an agent; or what a call waits for
    result: str = ""
    patterns: tuple[str, ...] = ()

    def documents(self) -> tuple[Document, ...]:
        """Return the documents this event wrote."""
        found = (
            self.task,
            self.chamber,
            self.agent,
            self.discovery,
            self.interrupt,
            self.collision,
        )
        return tuple(document for document in found if document is not None)


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact of a project's history; `seq` is 0 until the store has taken it."""

    seq: int = 0
    at: int
    kind: Kind
    actor: str = ""
    task_id: str = ""
    chamber: str = ""  # the chamber's name
    data: EventData = EventData()

    @property
    def id(self) -> str:
        """The event's id in the stream."""
        return f"{self.seq}-0"


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """Return the event as compact JSON."""
    return _encoder.encode(event)


def decode_event(raw: bytes | str) -> Event:
    """Read an event back; raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(raw)
