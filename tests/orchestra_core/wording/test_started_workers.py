"""The ends of started workers and what they have used, in words."""

import pytest
from msgspec.structs import replace

from orchestra_core.wording.started_workers import (
    end_in_short,
    parts_in_short,
    spent_in_short,
    tokens_in_short,
)
from orchestra_core.workers.started_worker import EndReason, Spent
from tests.support.samples.documents import a_started_worker


@pytest.mark.parametrize(
    ("reason", "words", "text"),
    [
        ("stopped", "Done.", "stopped by operator"),
        ("closed", "Done.", "ended with its chamber"),
        ("failed", "no API key", "failed: no API key"),
        ("exited", "", "its process exited"),
    ],
)
def test_an_end_is_worded_with_what_explains_it(reason: EndReason, words: str, text: str) -> None:
    worker = replace(
        a_started_worker(), state="ended", reason=reason, stopped_by="operator", last_words=words
    )
    assert end_in_short(worker) == text


def test_what_was_used_is_worded_as_far_as_it_is_known() -> None:
    assert spent_in_short(Spent()) == ""
    assert spent_in_short(Spent(turns=1)) == "1 turn"
    assert spent_in_short(Spent(turns=1, tokens_in=900)) == "1 turn, 900 tokens"
    used = Spent(turns=3, tokens_in=20_000, tokens_cached=100_000, dollars=0.421)
    assert spent_in_short(used) == "3 turns, 120k tokens, $0.42"
    assert tokens_in_short(1_234_567) == "1.2M"


def test_the_parts_of_a_chambers_sum_are_shown_if_there_are_several() -> None:
    turn = Spent(turns=1, tokens_in=900)
    worker = a_started_worker().with_turn(turn)
    assert parts_in_short(worker, {}) == []
    worker = replace(worker, earlier=turn).with_turn(turn)
    assert parts_in_short(worker, {"a1": turn}) == [
        "last turn: 1 turn, 900 tokens",
        "this agent: 2 turns, 1.8k tokens",
        "agents before it: 1 turn, 900 tokens",
        "a conductor's subagents: 1 turn, 900 tokens",
    ]
