"""Agents as programs read them."""

from msgspec.structs import replace

from orchestra_core.workers.started_worker import Spent
from orchestra_server.operator_commands.agent_entries import (
    UsedEntry,
    agent_entry,
    used_entry,
    used_on,
)
from tests.support.samples.documents import a_day, a_started_worker


def test_an_agent_says_why_it_ended_and_what_it_has_used() -> None:
    worker = replace(a_started_worker(), state="ended", reason="failed", last_words="no key")
    turn = Spent(turns=1, tokens_in=5, dollars=0.1)
    entry = agent_entry(worker.with_turn(turn).with_turn(turn))
    assert entry is not None
    assert (entry.name, entry.state, entry.reason) == ("claude", "ended", "failed: no key")
    assert entry.used == UsedEntry(turns=2, tokens=10, dollars=0.2)
    assert entry.last_turn == UsedEntry(turns=1, tokens=5, dollars=0.1)
    assert agent_entry(None) is None
    assert used_entry(Spent()) is None


def test_the_last_seven_days_are_told_the_newest_first() -> None:
    days = [a_day(f"2026-11-{number}") for number in range(20, 29)]
    told = used_on(days)
    assert [*told] == [f"2026-11-{number}" for number in range(28, 21, -1)]
    assert told["2026-11-28"] == UsedEntry(turns=2, tokens=1_500, dollars=0.25)
