"""A dry run as the room shows it."""

from dataclasses import replace

import pytest

from orchestra_core.replies.completion import CompletedTask
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.landing.landing_plan import (
    LandingChoice,
    chamber_lines,
    detail_lines,
    headline,
    question,
)
from orchestra_tui.presentation.rows.cells import Line
from tests.support.gallery.scene_states import TASK, chamber
from tests.support.samples.landing_answers import CONFLICTING, HELD, READY

ALL = LandingChoice(names=("auth", "database", "api"))
PART = replace(ALL, partial=True)
HELD_PLAN = HELD["complete_task"]
CONFLICT_PLAN = CONFLICTING["complete_task"]
CHAMBERS = [chamber(name) for name in ("auth", "database", "api")]


def words(lines: list[Line]) -> list[str]:
    return ["".join(cell.text for cell in line).rstrip() for line in lines]


@pytest.mark.parametrize(
    ("plan", "choice", "said"),
    [
        (
            READY,
            ALL,
            "enter lands database, auth, api on main. A hook of yours may still refuse it.",
        ),
        (
            HELD_PLAN,
            ALL,
            "2 things hold it. After your yes, enter lands database, auth, api on main.",
        ),
        (
            CONFLICT_PLAN,
            ALL,
            (
                "It does not land: 1 file conflicts. p lands what fits together, space leaves a "
                "chamber out."
            ),
        ),
        (
            CONFLICT_PLAN,
            PART,
            "enter lands database on main. A hook of yours may still refuse it.",
        ),
        (
            replace(CONFLICT_PLAN, merged=[]),
            PART,
            (
                "It does not land: 1 file conflicts. Leave a chamber out with space, or resolve "
                "the conflict."
            ),
        ),
        (replace(READY, blocked=["a.py"]), ALL, "It cannot land now, for the reason below."),
        (replace(READY, completed=True, state="closed"), ALL, "The task is closed already."),
        (
            replace(READY, merged=[]),
            ALL,
            "enter completes the task; no work would land. A hook of yours may still refuse it.",
        ),
        (
            READY,
            LandingChoice(names=()),
            "No chamber is marked; space marks the one at the cursor.",
        ),
        (None, ALL, "Working out what would land…"),
    ],
)
def test_the_first_line_says_what_enter_does_or_why_it_cannot(
    plan: CompletedTask | None, choice: LandingChoice, said: str
) -> None:
    assert headline(plan, choice).text == said


def test_the_question_says_what_a_yes_does() -> None:
    assert question(HELD_PLAN).text == (
        "2 things hold it, as below. y lands database, auth, api on main anyway, n goes back."
    )


def test_each_chamber_has_its_mark_its_size_and_what_becomes_of_it() -> None:
    state = IndexedState()
    state.diffs[f"{TASK}/auth"] = Diff(4, 120, 8)
    two = LandingChoice(names=("auth", "api"))
    assert words(chamber_lines(CHAMBERS, HELD_PLAN, two, state, cursor=1)) == [
        "  [x] auth      +120 -8 4f     held: its worker is still working (Edit src/auth/pkce.py)",
        "▸ [ ] database                 stays",
        "  [x] api                      lands 3 of 3",
    ]


def test_a_chamber_that_conflicts_names_with_whom_and_where() -> None:
    state = IndexedState()
    whole = words(chamber_lines(CHAMBERS, replace(CONFLICT_PLAN, merged=[]), ALL, state, cursor=0))
    assert whole[0].endswith("⚠ conflicts with api: src/auth/limits.py")
    assert whole[1].endswith("fits; waits for the others")
    assert whole[2].endswith("⚠ conflicts with auth: src/auth/limits.py")
    part = words(chamber_lines(CHAMBERS, CONFLICT_PLAN, PART, state, cursor=0))
    assert part[1].endswith("lands 1 of 1")


def test_the_details_have_holds_conflicting_lines_and_what_is_committed_first() -> None:
    held = words(list(detail_lines(HELD_PLAN)))
    assert held[1:3] == [
        "This holds it until you say yes:",
        "  auth: its worker is still working (Edit src/auth/pkce.py)",
    ]
    assert held[-2:] == ["Uncommitted work that is committed first:", "  api: src/api/limits.py"]
    conflicting = words(list(detail_lines(CONFLICT_PLAN)))
    at = conflicting.index("  src/auth/limits.py (content): api and auth")
    assert conflicting[at + 1 : at + 3] == ["    <<<<<<< api", "    PER_MINUTE = 60"]


def test_a_reason_that_is_a_note_too_is_said_once() -> None:
    refused = replace(READY, commits=[], refusals=["no identity"], notes=["no identity", "other"])
    assert words(list(detail_lines(refused))) == [
        "",
        "It would be refused:",
        "  no identity",
        "",
        "Also:",
        "  other",
    ]
