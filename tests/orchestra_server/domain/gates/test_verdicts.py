"""A verdict is recorded once, and what says both is flaky."""

import pytest

from orchestra_core.change import Change
from orchestra_core.gates.gate_verdict import GateState, GateVerdict
from orchestra_server.domain.gates.verdicts import judged, overruled


def verdict(state: GateState, output: str = "", at: int = 1) -> GateVerdict:
    return GateVerdict(id="t:g", gate="tests", tree="t", state=state, output=output, at=at)


@pytest.mark.parametrize(("state", "kind"), [("green", "gate.passed"), ("red", "gate.failed")])
def test_the_first_verdict_stands_and_the_same_again_changes_nothing(
    state: GateState, kind: str
) -> None:
    first = verdict(state)
    stands, change = judged(None, first, "orchestra")
    assert stands == first
    (event,) = change.events
    assert (event.kind, event.actor, event.data.verdict) == (kind, "orchestra", first)
    assert judged(first, verdict(state, at=2), "orchestra") == (first, Change(events=()))


@pytest.mark.parametrize(("first", "then"), [("green", "red"), ("red", "green")])
def test_a_gate_that_says_both_is_flaky_for_good_and_keeps_the_words_of_the_failure(
    first: GateState, then: GateState
) -> None:
    words = {"red": "words", "green": ""}
    recorded, fresh = verdict(first, words[first]), verdict(then, words[then])
    flaky, change = judged(recorded, fresh, "orchestra")
    assert (flaky.state, flaky.output, flaky.passes) == ("flaky", "words", False)
    assert [event.kind for event in change.events] == ["gate.flaky"]
    assert judged(flaky, verdict("green"), "orchestra")[0] == flaky


def test_who_lets_a_red_tree_land_stands_in_the_history() -> None:
    (event,) = overruled(verdict("red"), task_id="t-1", actor="operator", at=5).events
    assert (event.kind, event.actor, event.task_id) == ("gate.overruled", "operator", "t-1")
