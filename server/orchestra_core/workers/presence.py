"""What a worker does, as its reports say."""

from typing import Literal

from msgspec import Struct

PresenceState = Literal[
    "unknown",
    "starting",
    "working",
    "waiting",
    "blocked",
    "idle",
    "aborted",
    "finished",
    "failed",
    "killed",
    "gone",
]
RequestKind = Literal["permission", "question"]

_ACTIVE = ("starting", "working", "waiting", "blocked")
_OVER = ("finished", "failed", "killed", "gone")


class Presence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a chamber's worker does right now; the last report wins, and history does not keep it.

    The client of a `blocked` worker shows a dialog that no hook reports. An `aborted` turn waits
    for a person. A `killed` worker was ended by somebody; one that is `gone` has no process any
    more.
    """

    chamber_id: str
    state: PresenceState = "unknown"
    tool: str = ""
    detail: str = ""
    since: int = 0
    agent_id: str = ""
    message: str = ""  # the worker's last message or its failure, once it has stopped
    asks: RequestKind | None = None  # what it waits for
    transcript: str = ""  # the file in which the client keeps the conversation
    process: str = ""  # the client's process, as `process_mark` names it
    session: str = ""  # the client's name for the session
    is_unprompted: bool = False  # the only sign of a turn is a session's start, or one call

    @property
    def is_at_work(self) -> bool:
        """Whether it is certainly in a turn, so that removing the chamber could lose work."""
        return self.is_active and not self.is_unprompted

    @property
    def is_active(self) -> bool:
        """Whether the worker is in a turn: it is running or waits for a person."""
        return self.state in _ACTIVE

    @property
    def is_over(self) -> bool:
        """Whether the worker has ended."""
        return self.state in _OVER
