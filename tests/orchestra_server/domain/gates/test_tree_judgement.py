"""What is known of a tree is whole once every gate has spoken, or one that does not pass."""

import pytest

from orchestra_core.gates.gate_verdict import GateState, GateVerdict
from orchestra_server.domain.gates.tree_judgement import Contents, judgement_of

CONTENTS = Contents("tree", ("lint", "tests"))


def verdicts(**states: GateState | None) -> dict[str, GateVerdict | None]:
    return {
        gate: state and GateVerdict(id=gate, gate=gate, tree="tree", state=state, at=1)
        for gate, state in states.items()
    }


@pytest.mark.parametrize(
    ("lint", "tests", "said"),
    [
        ("green", "green", "whole, passes"),
        ("green", None, ""),
        ("red", None, "whole"),
        ("flaky", "green", "whole"),
        (None, "red", ""),
        ("green", "red", "whole"),
    ],
)
def test_a_judgement_is_whole_at_the_first_gate_that_does_not_pass(
    lint: GateState | None, tests: GateState | None, said: str
) -> None:
    judgement = judgement_of(CONTENTS, verdicts(lint=lint, tests=tests))
    assert (judgement.is_whole, judgement.passes) == ("whole" in said, "passes" in said)
    failed = judgement.failed
    assert (failed and failed.gate) == {"red": "lint", "flaky": "lint"}.get(
        str(lint), "tests" if lint and tests == "red" else None
    )


@pytest.mark.parametrize(
    ("state", "is_red"), [("red", True), ("flaky", False), ("green", False), (None, False)]
)
def test_only_a_gate_that_could_pass_another_time_is_red(
    state: GateState | None, *, is_red: bool
) -> None:
    assert judgement_of(CONTENTS, verdicts(lint="green", tests=state)).is_red is is_red
