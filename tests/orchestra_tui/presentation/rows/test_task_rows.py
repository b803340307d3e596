"""Tasks as rows."""

import pytest
from msgspec.structs import replace

from orchestra_core.models import Phase
from orchestra_core.worker_state import Group
from orchestra_tui.presentation.rows.cells import Cell, Row
from orchestra_tui.presentation.rows.task_rows import step_text, task_row
from tests.support.samples.documents import (
    NOON,
    a_task,
)

PHASES = (
    Phase(name="design", started_at=NOON, finished_at=NOON + 1),
    Phase(name="building", started_at=NOON + 1),
    Phase(name="review"),
)


def texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def test_a_row_shows_state_step_chambers_and_time_of_a_task() -> None:
    task = replace(a_task(), phases=PHASES, phase="building")
    row = task_row(task, {"needs-you": 1, "working": 2}, NOON + 42_000)
    said = ["◆ 1 needs you", "● 2 working", "2/3", "building", "3", "42s"]
    assert texts(row) == ["●", "Add a login", *said]
    assert row.cells[2].tone == "critical"
    assert texts(task_row(task, {}, NOON))[2] == "no chamber yet"
    assert row.due == NOON + 43_000


def test_a_row_counts_the_ready_chambers_that_can_land_apart_from_those_that_are_held() -> None:
    said = texts(task_row(a_task(), {"ready": 3, "landed": 1}, NOON, 2))
    assert said[2:4] == ["none needs you", "✓ 1 can land  ⊘ 2 held  ■ 1 landed"]


def test_the_time_of_a_finished_task_does_not_advance() -> None:
    task = replace(a_task(), state="completed", finished_at=NOON + 192_000)
    row = task_row(task, {}, NOON + 500_000)
    assert texts(row)[-1] == "3m12"
    assert (row.cells[0].text, row.due) == ("✓", 0)


def test_the_step_counts_finished_phases_when_no_phase_is_current() -> None:
    assert step_text(replace(a_task(), phases=PHASES)) == "1/3"
    assert step_text(a_task()) == ""


@pytest.mark.parametrize(
    ("landed_commit", "groups", "said"),
    [
        ("1a2b", {"landed": 2}, "landed on main"),
        ("1a2b", {"landed": 2, "dropped": 1}, "landed in part on main: 2 of 3 chambers"),
        ("", {"dropped": 1}, "nothing landed of 1 chamber"),
        ("", {"dropped": 2}, "nothing landed of 2 chambers"),
        ("", {}, "nothing landed"),
    ],
)
def test_the_row_of_a_task_that_is_over_says_what_came_of_it(
    landed_commit: str, groups: dict[Group, int], said: str
) -> None:
    task = replace(a_task(), state="completed", landed_commit=landed_commit)
    task = replace(task, base_branch="main", finished_at=NOON)
    assert task_row(task, groups, NOON).cells[2] == Cell(said, "muted")
