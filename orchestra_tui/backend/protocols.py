"""Protocols for the room's source of events and its tools; gallery and tests have their own.

This module imports neither the store nor redis, so that the room can paint before they are loaded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from msgspec import Raw

from orchestra_core.events import Event
from orchestra_core.models import Heartbeat, Presence
from orchestra_core.state import ProjectState
from orchestra_core.workers.transcript import TranscriptEntry

ServerPhase = Literal["off", "starting", "ready", "restarting", "failed"]


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The bundled server's state; `detail` completes the sentence, such as "in 2 s"."""

    phase: ServerPhase = "off"
    detail: str = ""


class EventSink(Protocol):
    """Receives events from a source, in the order in which they happened."""

    def snapshot(self, state: ProjectState, recent: Sequence[Event]) -> None:
        """Start again from `state`; `recent` are the last events, oldest first, for the feed."""
        ...

    def arrived(self, events: Sequence[Event]) -> None:
        """Apply `events`, in the order of their sequence numbers."""
        ...

    def presence_changed(self, presence: Presence) -> None:
        """Take the latest report on one worker."""
        ...

    def clones_heard(self, heartbeats: Mapping[str, Heartbeat]) -> None:
        """Take the times when each clone was last heard, by id."""
        ...

    def disconnected(self, reason: str) -> None:
        """Take note that the view may be outdated, with the reason in one line."""
        ...

    def reconnected(self) -> None:
        """Take note that the view is live again."""
        ...


class EventSource(Protocol):
    """Where the room's state comes from."""

    async def run(self, sink: EventSink) -> None:
        """Feed `sink` until cancelled; outages are reported to it, not raised."""
        ...

    async def activity(self, chamber_id: str, count: int) -> list[Presence]:
        """Return the last `count` reports of one worker, oldest first."""
        ...

    async def transcript(self, chamber_id: str, count: int) -> list[TranscriptEntry]:
        """Return the last `count` entries of a started worker's transcript, oldest first."""
        ...


class DaemonKeeper(Protocol):
    """Keeps the clone's daemon running."""

    async def run(self, on_change: Callable[[bool], None]) -> None:
        """Keep it running until cancelled, and report each change of whether it runs."""
        ...

    def needed(self) -> None:
        """Start a stopped daemon again."""
        ...


class ToolClient(Protocol):
    """Calls tools for every action; each failure is an OrchestraError with one line."""

    async def run(self, on_state: Callable[[ServerStatus], None]) -> None:
        """Keep the connection open until cancelled, reporting each change of its state."""
        ...

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Raw:
        """Call a tool and return the structured content of its answer."""
        ...
