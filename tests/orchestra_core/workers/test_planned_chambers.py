"""Chambers as people name them, with the agents that start there."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_core.workers.planned_chambers import PlannedChamber, planned_chambers


def test_a_plain_name_starts_nothing_unless_all_are_started() -> None:
    assert planned_chambers(["auth"]) == (PlannedChamber("auth"),)
    assert planned_chambers(["auth"], is_started=True) == (
        PlannedChamber("auth", "", is_started=True),
    )


def test_a_named_agent_starts_and_several_get_a_chamber_each() -> None:
    assert planned_chambers(["auth:claude+opencode", "api:codex", "web"]) == (
        PlannedChamber("auth-claude", "claude", is_started=True),
        PlannedChamber("auth-opencode", "opencode", is_started=True),
        PlannedChamber("api", "codex", is_started=True),
        PlannedChamber("web"),
    )


def test_agents_given_for_all_apply_to_names_without_one() -> None:
    planned = planned_chambers(["auth", "api:codex"], is_started=True, agents="claude+gemini")
    names = [(chamber.name, chamber.agent) for chamber in planned]
    assert names == [("auth-claude", "claude"), ("auth-gemini", "gemini"), ("api", "codex")]


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("auth:", "names no agent after"),
        ("auth:claude+", "names no agent after"),
        ("Auth:claude", "chamber name 'Auth' is not allowed"),
        ("auth:claude+claude", "is in the batch twice"),
        ("auth:claude+Mine", "chamber name 'auth-Mine' is not allowed"),
    ],
)
def test_chambers_that_cannot_be_created_are_named(word: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        planned_chambers([word])
