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
    """What a chamber's worker does right now; the last report wins and history does not keep it.

    A `blocked` worker's client shows a dialog of which no hook tells. An `aborted` turn waits for a
    person; a `killed` worker was ended by somebody, one that is `gone` has no process any more.
    """

    chamber_id: str
    state: PresenceState = "unknown"
    tool: str = ""
    detail: str = ""
    since: int = 0
    agent_id: str = ""
    message: str = ""  # the worker's last message, or the fault, once it does nothing any more
    asks: RequestKind | None = None  # what it waits for
    transcript: str = ""  # the file in which its client keeps the conversation
    process: str = ""  # its client's, as `process_mark` names it
    session: str = ""  # its client's name for it
    is_unprompted: bool = False  # nothing tells of a turn but a session's start, or one call

    @property
    def is_at_work(self) -> bool:
        """Whether somebody may lose something when the chamber goes: it is surely in a turn."""
        return self.is_active and not self.is_unprompted

    @property
    def is_active(self) -> bool:
        """Whether the worker is in a turn: it runs, or waits for a person."""
        return self.state in _ACTIVE

    @property
    def is_over(self) -> bool:
        """Whether the worker has ended."""
        return self.state in _OVER
