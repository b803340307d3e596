"""Chambers that fail together are conflicts of their own kind, and exactly they are told."""

import pytest
from msgspec.structs import replace

from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.models import BASE
from orchestra_core.names import split_chamber_id
from orchestra_core.wording.gates import fails_together
from orchestra_server.domain.gates.red_set import (
    RedSet,
    appeared,
    changed_conflicts,
    message_to,
)
from tests.support.samples.documents import a_conflict

VERDICT = GateVerdict(
    id="t:g", gate="tests", tree="t", state="red", output="no name price\nexit 1", at=1
)
PAIR = RedSet(("t-1/rename", "t-1/invoice"), VERDICT)
SORTS_BEFORE_BASE = RedSet(("a-1/rename", "a-1/invoice"), VERDICT)
TRIPLE = RedSet(("t-1/a", "t-1/b", "t-1/c"), VERDICT)


@pytest.mark.parametrize("pair", [PAIR, SORTS_BEFORE_BASE])
def test_a_pair_appears_once_and_is_over_when_it_is_known_to_pass(pair: RedSet) -> None:
    renamed, invoiced = pair.chambers
    first = changed_conflicts({}, [pair], pair.chambers, 5)
    (conflict,) = first.values()
    assert conflict.between == (invoiced, renamed)
    assert (conflict.files, conflict.count) == (("gate tests",), 1)
    assert conflict.task_ids == (split_chamber_id(renamed).task_id,)
    assert fails_together(conflict)
    assert appeared([pair], first) == [pair]
    assert changed_conflicts(first, [pair], pair.chambers, 6) == {}
    assert changed_conflicts(first, [], [renamed], 6) == {}  # of the other nothing is known
    over = changed_conflicts(first, [], pair.chambers, 7)
    assert [(c.state, c.cleared_at, c.since) for c in over.values()] == [("clear", 7, 5)]
    assert appeared([], over) == []
    again = changed_conflicts(over, [pair], pair.chambers, 9)
    assert [(c.state, c.since) for c in again.values()] == [("open", 9)]


def test_a_conflict_of_gits_own_is_left_alone() -> None:
    theirs = replace(a_conflict(), id="t-1/a|t-1/b", between=("t-1/a", "t-1/b"))
    assert changed_conflicts({theirs.id: theirs}, [], ["t-1/a", "t-1/b"], 5) == {}
    changed = changed_conflicts({theirs.id: theirs}, [TRIPLE], TRIPLE.chambers, 5)
    assert len(changed) == 3
    assert theirs.id not in changed


def test_a_chamber_that_fails_on_the_present_branch_is_in_conflict_with_it() -> None:
    alone = RedSet(("t-1/a",), VERDICT)
    (conflict,) = changed_conflicts({}, [alone], ["t-1/a"], 5).values()
    assert conflict.between == ("t-1/a", BASE)
    assert "fails gate 'tests' on top of main as it is now" in message_to("t-1/a", alone, "main")


def test_the_message_names_the_others_and_quotes_what_the_gate_printed() -> None:
    text = message_to("t-1/b", TRIPLE, "main")
    assert "that of a and c fail gate 'tests' together" in text
    assert "orchestra/t-1/a, orchestra/t-1/c" in text
    assert text.endswith("The gate printed:\n> no name price\n> exit 1")


def test_a_message_quotes_the_last_words_of_a_long_output() -> None:
    output = "".join(f"{number:09}\n" for number in range(200))
    red = RedSet(PAIR.chambers, replace(VERDICT, output=output))
    _, _, quote = message_to("t-1/rename", red, "main").partition("The gate printed:\n")
    assert quote.replace("> ", "") == output[-1_500:].rstrip("\n")


def test_a_set_of_which_one_pair_is_new_is_told() -> None:
    first = changed_conflicts({}, [TRIPLE], TRIPLE.chambers, 5)
    known = dict(list(first.items())[:2])
    changed = changed_conflicts(known, [TRIPLE], TRIPLE.chambers, 6)
    assert len(changed) == 1
    assert appeared([PAIR, TRIPLE], changed) == [TRIPLE]
