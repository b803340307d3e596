"""Agents as programs read them."""

from msgspec.structs import replace

from orchestra_core.workers.started_worker import Spent
from orchestra_server.commands.agent_entries import UsedEntry, agent_entry, used_entry
from tests.support.samples import a_started_worker


def test_an_agent_says_why_it_ended_and_what_it_has_used() -> None:
    worker = replace(a_started_worker(), state="ended", reason="failed", last_words="no key")
    entry = agent_entry(worker.with_spent("day", Spent(turns=2, tokens_in=5, dollars=0.1)))
    assert entry is not None
    assert (entry.name, entry.state, entry.reason) == ("claude", "ended", "failed: no key")
    assert entry.used == UsedEntry(turns=2, tokens=5, dollars=0.1)
    assert agent_entry(None) is None
    assert used_entry(Spent()) is None
