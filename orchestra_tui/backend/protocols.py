"""What the room is fed with and acts through, as protocols: the gallery and the tests bring theirs.

Nothing here imports the store or redis, so that the room can paint before either is loaded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from msgspec import Raw

from orchestra_core.events import Event
from orchestra_core.models import Presence
from orchestra_core.state import ProjectState

ServerPhase = Literal["off", "starting", "ready", "restarting", "failed"]


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """How the bundled server is; `detail` is the rest of the sentence, such as "in 2 s"."""

    phase: ServerPhase = "off"
    detail: str = ""


class EventSink(Protocol):
    """What a source tells, in the order in which it happened."""

    def snapshot(self, state: ProjectState, recent: Sequence[Event]) -> None:
        """Start anew from `state`; `recent` are the last events, oldest first, for the feed."""
        ...

    def arrived(self, events: Sequence[Event]) -> None:
        """Move on by `events`, in the order of their sequence numbers."""
        ...

    def presence_changed(self, presence: Presence) -> None:
        """Take the latest report on one worker."""
        ...

    def disconnected(self, reason: str) -> None:
        """Say that what is shown may be old, and why, in one line."""
        ...

    def reconnected(self) -> None:
        """Say that what is shown is live again."""
        ...


class EventSource(Protocol):
    """Where the room's picture comes from."""

    async def run(self, sink: EventSink) -> None:
        """Feed `sink` until cancelled; outages are told, not raised."""
        ...

    async def activity(self, chamber_id: str, count: int) -> list[Presence]:
        """Return the last `count` reports of one worker, oldest first."""
        ...


class ToolClient(Protocol):
    """The way every action goes; each failure is an OrchestraError with one line."""

    async def run(self, on_state: Callable[[ServerStatus], None]) -> None:
        """Keep the way open until cancelled, telling each change of its state."""
        ...

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Raw:
        """Return the structured content of one tool's answer."""
        ...

    async def read(self, uri: str) -> str:
        """Return the text of one resource."""
        ...
