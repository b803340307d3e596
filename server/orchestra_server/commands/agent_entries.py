"""What `orchestra status --json` says of the agents that Orchestra runs."""

from msgspec import Struct

from orchestra_core.wording.started_workers import end_in_short
from orchestra_core.workers.started_worker import Policy, Spent, StartedState, StartedWorker


class UsedEntry(Struct, frozen=True, kw_only=True):
    """What turns of started workers have used; `dollars` as far as their agents tell."""

    turns: int
    tokens: int
    dollars: float


class AgentEntry(Struct, frozen=True, kw_only=True):
    """The agent that Orchestra runs in a chamber, or ran: `reason` says why it ended."""

    name: str
    policy: Policy
    state: StartedState
    since: int
    reason: str
    last_words: str
    conversation: str
    used: UsedEntry


def agent_entry(worker: StartedWorker | None) -> AgentEntry | None:
    """Return a chamber's agent, None where none was started."""
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
        used=_entry_of(worker.spent),
    )


def used_entry(spent: Spent) -> UsedEntry | None:
    """Return an amount, None for nothing."""
    return _entry_of(spent) if spent.turns else None


def _entry_of(spent: Spent) -> UsedEntry:
    return UsedEntry(turns=spent.turns, tokens=spent.tokens, dollars=round(spent.dollars, 6))
