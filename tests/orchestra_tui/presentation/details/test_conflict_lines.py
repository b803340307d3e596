"""Conflicts in words."""

import pytest
from msgspec.structs import replace

from orchestra_core.models import BASE
from orchestra_core.state import ProjectState
from orchestra_core.wording.gates import FAILS_TOGETHER
from orchestra_tui.presentation.details.chamber_details import chamber_overview
from orchestra_tui.presentation.details.conflict_lines import (
    conflict_badge,
    conflict_lines_of,
    conflict_sentence,
    conflict_text,
    feed_text,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Line
from tests.support.samples.documents import NOON, a_chamber, a_conflict, a_task

LIVE = replace(a_chamber(), state="live")
AUTH, DATABASE = a_conflict().between
WITH_BASE = replace(a_conflict(), id=f"{AUTH}|{BASE}", between=(AUTH, BASE))


def texts(lines: list[Line]) -> list[str]:
    return ["".join(cell.text for cell in line).rstrip() for line in lines]


@pytest.mark.parametrize(
    ("chamber", "said"),
    [(AUTH, "⚠ conflicts: database, 1 file"), (DATABASE, "⚠ conflicts: auth, 1 file")],
)
def test_each_side_of_a_conflict_names_the_other(chamber: str, said: str) -> None:
    assert conflict_text([a_conflict()], chamber) == said


def test_several_conflicts_are_all_named_and_none_gives_no_text() -> None:
    said = conflict_text([a_conflict(), WITH_BASE], AUTH)
    assert said == "⚠ conflicts: database, the branch it lands on"
    assert conflict_badge([WITH_BASE], AUTH, "main") == "⚠ main: app.py"
    assert conflict_sentence(WITH_BASE, AUTH, "fix/x").startswith("⚠ conflicts with fix/x: ")
    assert conflict_text([], AUTH) == ""


def test_a_conflict_in_one_line_names_its_files_and_counts_the_rest() -> None:
    many = replace(a_conflict(("a.py", "b.py")), count=4)
    assert conflict_sentence(many, AUTH) == "⚠ conflicts with database: a.py, b.py and 2 files more"
    apart = replace(a_conflict(()), count=0)
    assert conflict_sentence(apart, AUTH) == "⚠ conflicts with database: unrelated histories"


def test_files_are_listed_with_gits_kind_of_conflict_and_the_number_of_further_ones() -> None:
    many = replace(a_conflict(("a.py", "b\x1b[31m.py")), kinds=("content", "add/add"), count=9)
    assert texts(conflict_lines_of(many, AUTH)) == [
        "⚠ conflicts with database: 9 files",
        "  content        a.py",
        "  add/add        b.py",
        "  and 7 files more",
    ]


def test_chambers_that_fail_a_gate_together_have_a_word_of_their_own() -> None:
    red = replace(a_conflict(("gate tests",)), kinds=(FAILS_TOGETHER,))
    assert conflict_text([red], AUTH) == "⚠ fails together: database"
    assert conflict_badge([red], AUTH) == "⚠ fails with database"
    assert texts(conflict_lines_of(red, AUTH)) == ["⚠ fails gate tests together with database"]
    assert feed_text(red, "auth", "") == "⚠ fails gate tests together with database"
    over = replace(red, state="clear")
    assert feed_text(over, "auth", "") == "no longer fails gate tests together with database"


def test_unrelated_histories_are_a_conflict_without_files() -> None:
    apart = replace(a_conflict(()), count=0)
    assert texts(conflict_lines_of(apart, AUTH)) == [
        "⚠ conflicts with database: unrelated histories"
    ]


def test_the_overview_of_a_chamber_lists_its_conflicts_while_the_chamber_exists() -> None:
    documents = ProjectState(tasks={a_task().id: a_task()}, chambers={LIVE.id: LIVE})
    documents.put(a_conflict())
    state = IndexedState(documents)
    assert "⚠ conflicts with database: 1 file" in texts(chamber_overview(LIVE, state, NOON))
    closed = replace(LIVE, state="closed", ended_at=NOON)
    state.documents.put(closed)
    state.load(state.documents)
    assert not any("conflicts" in text for text in texts(chamber_overview(closed, state, NOON)))


def test_the_badge_of_a_row_names_the_first_side_and_file_and_how_many_more() -> None:
    conflict = a_conflict()
    first, second = conflict.between
    assert conflict_badge([], first) == ""
    assert conflict_badge([conflict], first) == "⚠ database: app.py"
    assert conflict_badge([conflict, conflict], second) == "⚠ auth: app.py +1"
