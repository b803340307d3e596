"""The events of a project: its history, and everything the room's state is made from.

An event carries every document that its change wrote, in full, so that applying it needs nothing
else. Its id in the stream is `<seq>-<nonce>`: a gap shows as `seq != last + 1`. In a store that
lost its last events and got others in their place, the nonce differs.
"""

from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.models import (
    Agent,
    Chamber,
    Clone,
    Conflict,
    Discovery,
    Document,
    Interrupt,
    Task,
    WorkerRequest,
)
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import StartedWorker

Kind = Literal[
    "task.started",
    "task.phase-advanced",
    "task.completing",
    "task.landing",
    "task.completed",
    "task.closed",
    "task.reopened",
    "task.moved",
    "task.claimed",
    "task.archived",
    "task.recalled",
    "chamber.reserved",
    "chamber.created",
    "chamber.failed",
    "chamber.closing",
    "chamber.closed",
    "chamber.saved-late",
    "chamber.restored",
    "chamber.moved",
    "chamber.claimed",
    "chamber.branch-renamed",
    "chamber.health-changed",
    "chamber.work-changed",
    "chamber.judged",
    "chamber.prepared",
    "chamber.usage-counted",
    "chamber.published",
    "chamber.handed-over",
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
    "request.asked",
    "request.answered",
    "request.withdrawn",
    "worker.start-asked",
    "worker.launched",
    "worker.started",
    "worker.turn-began",
    "worker.turn-ended",
    "worker.limit-neared",
    "worker.paused",
    "worker.continued",
    "worker.stop-asked",
    "worker.ended",
    "collision.appeared",
    "collision.changed",
    "collision.cleared",
    "clone.appeared",
    "clone.renamed",
    "clone.remotes-changed",
    "gate.passed",
    "gate.failed",
    "gate.flaky",
    "gate.overruled",
    "program.awaited",
    "checkout.changed",
]


class Position(NamedTuple):
    """A place in a history: the number of an event and its nonce, 0 and 0 before the first."""

    seq: int = 0
    nonce: int = 0


class EventData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event changed: at most one document of each kind, and texts that describe it."""

    task: Task | None = None
    chamber: Chamber | None = None
    agent: Agent | None = None
    discovery: Discovery | None = None
    interrupt: Interrupt | None = None
    request: WorkerRequest | None = None
    worker: StartedWorker | None = None
    conflict: Conflict | None = msgspec.field(default=None, name="collision")
    clone: Clone | None = None
    day: DayAccount | None = None
    verdict: GateVerdict | None = None  # written into a hash that no snapshot carries
    action: str = ""  # what an agent did, or what a call waits for
    result: str = ""
    patterns: tuple[str, ...] = ()
    removed: dict[str, tuple[str, ...]] = msgspec.field(
        default_factory=dict[str, tuple[str, ...]]
    )  # ids of documents moved into the archive, by the name of their hash

    def documents(self) -> tuple[Document, ...]:
        """Return the documents this event wrote."""
        written = (
            self.task,
            self.chamber,
            self.agent,
            self.discovery,
            self.interrupt,
            self.request,
            self.worker,
            self.conflict,
            self.clone,
            self.day,
        )
        return tuple(document for document in written if document is not None)


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact of a project's history; `seq` is 0 until the store has taken it.

    `nonce` is a random number of its change, and `after` is the nonce of the previous event; events
    of older versions have neither.
    """

    seq: int = 0
    nonce: int = 0
    after: int = 0
    at: int
    kind: Kind
    actor: str = ""
    task_id: str = ""
    chamber: str = ""  # the chamber's name
    data: EventData = EventData()

    @property
    def id(self) -> str:
        """The event's id in the stream."""
        return f"{self.seq}-{self.nonce}"

    @property
    def position(self) -> Position:
        """The event's place in the history."""
        return Position(self.seq, self.nonce)

    def follows(self, position: Position) -> bool:
        """Tell whether it is the next event after `position` in the same history."""
        in_order = self.seq == position.seq + 1
        # A script of an older version writes no nonce and does not know the previous one.
        return in_order and (self.nonce == 0 or self.after == position.nonce)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """Return the event as compact JSON."""
    return _encoder.encode(event)


def decode_event(raw: bytes | str) -> Event:
    """Decode an event; raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(raw)
