"""The document of a started worker: what should run in a chamber, and what does run.

A chamber has at most one started worker. Tools write what is wanted. The daemon of the chamber's
clone makes that true, and writes what is.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Policy = Literal["ask", "edits", "all"]
Wanted = Literal["running", "stopped"]
StartedState = Literal["asked", "starting", "running", "waiting", "paused", "ended"]
EndReason = Literal["", "stopped", "exited", "failed", "not-resumed", "closed"]

_WITH_SESSION = ("starting", "running", "waiting", "paused")


class Spent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What turns of a worker have used; `dollars` only as far as the agent reports them."""

    turns: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0  # tokens read from and written to the provider's cache
    dollars: float = 0.0

    @property
    def tokens(self) -> int:
        """All tokens, the cache's included."""
        return self.tokens_in + self.tokens_out + self.tokens_cached

    def plus(self, other: "Spent") -> "Spent":
        """Return the sum of both."""
        return Spent(
            turns=self.turns + other.turns,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            dollars=self.dollars + other.dollars,
        )

    def minus(self, earlier: "Spent") -> "Spent":
        """Return what was used since `earlier`, an older count of the same."""
        return Spent(
            turns=self.turns - earlier.turns,
            tokens_in=self.tokens_in - earlier.tokens_in,
            tokens_out=self.tokens_out - earlier.tokens_out,
            tokens_cached=self.tokens_cached - earlier.tokens_cached,
            dollars=self.dollars - earlier.dollars,
        )


class StartedWorker(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The agent that Orchestra runs in one chamber.

    `asked_at` tells one start from the next: reports about an earlier start change nothing.
    """

    id: str  # its chamber's id
    task_id: str
    chamber: str  # the chamber's name
    agent: str  # its name in the configuration
    policy: Policy = "edits"
    text: str = ""  # what its first prompt says besides its part
    wanted: Wanted = "running"
    state: StartedState = "asked"
    asked_at: int
    asked_by: str = ""
    stopped_by: str = ""
    since: int
    conversation: str = ""  # the agent's own id of the session, to continue it
    process: str = ""  # the agent's process, as `process_mark` names it
    reason: EndReason = ""  # why it ended
    last_words: str = ""  # its last message, or why it failed
    last_turn: Spent = Spent()  # what its last turn used
    own: Spent = Spent()  # what this start has used
    earlier: Spent = Spent()  # what earlier starts in the chamber used

    @property
    def is_over(self) -> bool:
        """Whether it has no process and will have none without a new start."""
        return self.state == "ended"

    @property
    def is_wanted(self) -> bool:
        """Whether it should run."""
        return self.wanted == "running" and not self.is_over

    @property
    def has_session(self) -> bool:
        """Whether the daemon runs it, or did until it died: its session takes the messages."""
        return self.state in _WITH_SESSION

    @property
    def spent(self) -> Spent:
        """What it and earlier starts in its chamber have used."""
        return self.earlier.plus(self.own)

    def with_turn(self, spent: Spent) -> "StartedWorker":
        """Return it with the use of one more turn added."""
        return replace(self, last_turn=spent, own=self.own.plus(spent))


def total(amounts: Iterable[Spent]) -> Spent:
    """Return the sum of several amounts."""
    result = Spent()
    for amount in amounts:
        result = result.plus(amount)
    return result
