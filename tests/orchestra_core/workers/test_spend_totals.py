"""Chambers and tasks add up what started agents and a conductor's subagents have used."""

from msgspec.structs import replace

from orchestra_core.workers.spend_totals import spent_in_chamber, spent_in_chambers
from orchestra_core.workers.started_worker import Spent
from tests.support.samples.documents import a_chamber, a_started_worker

TURN = Spent(turns=1, tokens_in=10, dollars=0.25)
SUBAGENT = Spent(turns=1, tokens_in=1_000)


def test_a_chamber_adds_up_its_agents_of_both_kinds() -> None:
    chamber = replace(a_chamber(), subagents_spent={"a1": SUBAGENT, "a2": SUBAGENT})
    worker = replace(a_started_worker(), earlier=TURN).with_turn(TURN)
    assert spent_in_chamber(chamber, None) == Spent(turns=2, tokens_in=2_000)
    assert spent_in_chamber(chamber, worker) == Spent(turns=4, tokens_in=2_020, dollars=0.5)
    other = replace(a_chamber(), id="add-login-1a2b/api")
    sums = spent_in_chambers([chamber, other], {worker.id: worker})
    assert sums == spent_in_chamber(chamber, worker)
