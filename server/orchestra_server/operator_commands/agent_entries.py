"""What `orchestra status --json` says about started agents."""

from collections.abc import Iterable

from msgspec import Struct

from orchestra_core.wording.started_workers import end_in_short
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import Policy, Spent, StartedState, StartedWorker

_DAYS = 7


class UsedEntry(Struct, frozen=True, kw_only=True):
    """What turns of agents have used; `dollars` only as far as the agents report them."""

    turns: int
    tokens: int
    dollars: float


class AgentEntry(Struct, frozen=True, kw_only=True):
    """The agent that Orchestra runs or ran in a chamber; `reason` says why it ended.

    `used` is what this start used; the chamber's entry has the chamber's sum.
    """

    name: str
    policy: Policy
    state: StartedState
    since: int
    reason: str
    last_words: str
    conversation: str
    used: UsedEntry
    last_turn: UsedEntry | None = None


def agent_entry(worker: StartedWorker | None) -> AgentEntry | None:
    """Return a chamber's agent; None if none was started."""
    if worker is None:
        return None
    return AgentEntry(
        name=worker.agent,
        policy=worker.policy,
        state=worker.state,
        since=worker.since,
        reason=end_in_short(worker) if worker.is_over else "",
        last_words=worker.last_words,
        conversation=worker.conversation,
        used=_entry_of(worker.own),
        last_turn=used_entry(worker.last_turn),
    )


def used_entry(spent: Spent) -> UsedEntry | None:
    """Return an amount; None if nothing was used."""
    return _entry_of(spent) if spent.turns else None


def used_on(days: Iterable[DayAccount]) -> dict[str, UsedEntry]:
    """Return the amounts of the last days, newest first."""
    newest = sorted(days, key=lambda day: day.id, reverse=True)[:_DAYS]
    return {day.id: _entry_of(day.spent) for day in newest}


def _entry_of(spent: Spent) -> UsedEntry:
    return UsedEntry(turns=spent.turns, tokens=spent.tokens, dollars=round(spent.dollars, 6))
