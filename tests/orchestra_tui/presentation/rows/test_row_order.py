"""Lists are read in the order of a column, and chambers stay below their headings."""

import pytest

from orchestra_core.models import Presence
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.rows.chamber_rows import ChamberRows
from orchestra_tui.presentation.rows.row_order import OWN_ORDER, in_order, next_order
from tests.support.gallery.scene_states import NOW, SECOND, chamber, discovery, mail, state_of, task

NAMES = ("web", "auth", "docs")


def a_state() -> IndexedState:
    failed = Presence(chamber_id=chamber("web").id, state="failed", since=NOW - SECOND)
    letter = mail(1, "docs", "look", sent=SECOND, steps=())
    documents = (task(), *map(chamber, NAMES), letter)
    state = IndexedState(state_of(*documents, presence=[failed]), clock=lambda: NOW)
    state.diffs = {chamber("auth").id: Diff(1, 2, 0), chamber("docs").id: Diff(1, 9, 9)}
    return state


def names(state: IndexedState, order: str) -> list[str]:
    heading = ChamberRows(state, lambda: NOW).heading
    keys = in_order("chambers", state.chamber_keys(), order, state, heading)
    return [state.chambers[key].name for key in keys]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", ["web", "auth", "docs"]),  # web needs somebody
        ("lines", ["web", "docs", "auth"]),
        ("unread mail", ["web", "docs", "auth"]),
    ],
)
def test_chambers_are_sorted_below_the_heading_of_their_group(
    order: str, expected: list[str]
) -> None:
    assert names(a_state(), order) == expected


def test_discoveries_are_sorted_by_severity_and_by_chamber() -> None:
    discoveries = [
        discovery(1, "a", "info", "web", ago=1),
        discovery(2, "b", "critical", "web", ago=2),
        discovery(3, "c", "important", "auth", ago=3),
    ]
    state = IndexedState(state_of(*discoveries), clock=lambda: NOW)
    keys = state.discovery_keys()
    assert in_order("discoveries", keys, "severity", state) == ["d2", "d3", "d1"]
    assert in_order("discoveries", keys, "from", state)[0] == "d3"
    assert in_order("discoveries", keys, OWN_ORDER, state) is keys


def test_tasks_are_sorted_by_their_titles() -> None:
    tasks = [task("t1", "Write it"), task("t2", "Add it")]
    state = IndexedState(state_of(*tasks), clock=lambda: NOW)
    assert in_order("tasks", ["t1", "t2"], "title", state) == ["t2", "t1"]


def test_the_orders_of_a_list_follow_each_other_around_the_end() -> None:
    orders = [OWN_ORDER]
    for _ in range(3):
        orders.append(next_order("discoveries", orders[-1], 1))
    assert orders == [OWN_ORDER, "severity", "from", OWN_ORDER]
    assert next_order("discoveries", OWN_ORDER, -1) == "from"
