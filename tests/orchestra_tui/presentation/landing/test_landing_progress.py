"""A landing under way, and its end, as the room shows them."""

from orchestra_tui.presentation.landing.landing_progress import (
    outcome_cell,
    outcome_lines,
    progress,
)
from tests.support.samples.landing_answers import LANDED, READY

DONE = LANDED["complete_task"]


def test_a_landing_says_after_a_second_for_how_long_and_for_what_it_waits() -> None:
    assert progress(["auth", "api"], 0, "").text == "Landing auth, api…"
    assert progress(["auth"], 4, "git commit").text == "Landing auth… 4 s, waits for git commit"
    assert progress([], 0, "").text == "Completing the task…"


def test_the_outcome_is_what_the_tool_answered() -> None:
    said = outcome_cell(DONE)
    assert said.text == "database, auth: landed on main as 2f7c9e1ab0d4. The task is open."
    assert said.tone == "ok"
    assert outcome_cell(READY).tone == "ok"
    assert [line[0].text for line in outcome_lines(DONE)] == [
        "Still live: api",
        "Saved:",
        "  docs: refs/orchestra/saved/x",
    ]
