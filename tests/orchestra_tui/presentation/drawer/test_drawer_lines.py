"""The drawer tells what a person would tell another, each thing once."""

import pytest
from msgspec.structs import replace

from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Presence
from orchestra_core.worker_state import WorkerLimits
from orchestra_tui.presentation.drawer.drawer_lines import DrawerLines, is_told
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Line
from tests.support.gallery.scene_states import MINUTE, NOW, SECOND, chamber, event, state_of
from tests.support.samples.documents import a_chamber, a_discovery, a_request

AUTH, DATABASE = chamber("auth"), chamber("database")
FAILED = Presence(chamber_id=AUTH.id, state="failed", message="API 529", since=NOW - SECOND)


def told(*presence: Presence, limit: int = 0) -> tuple[IndexedState, DrawerLines]:
    state = IndexedState(state_of(AUTH, DATABASE, presence=presence), clock=lambda: NOW)
    state.limits = WorkerLimits(silent=limit, unread=limit)
    return state, DrawerLines(state)


def words(lines: list[Line]) -> list[str]:
    return [" ".join(cell.text for cell in line) for line in lines]


def changed(state: IndexedState, lines: DrawerLines, presence: Presence) -> list[str]:
    """Return what the drawer says after a report."""
    return words(lines.of_changes((), state.report_presence(presence).workers))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("chamber.reserved", False),
        ("chamber.created", False),
        ("interrupt.posted", False),
        ("task.started", True),
        ("task.completed", True),
        ("request.asked", True),
        ("chamber.failed", True),
        ("interrupt.acted", True),
    ],
)
def test_births_and_single_steps_get_no_line(kind: Kind, *, expected: bool) -> None:
    assert is_told(Event(seq=1, at=NOW, kind=kind, task_id="t1")) is expected


def test_only_failed_handovers_and_no_patterns_get_a_line() -> None:
    fault = replace(a_chamber(), handover_fault="its clone is away")
    handed_over = event(1, 0, "chamber.handed-over", data=EventData(chamber=a_chamber()))
    assert not is_told(handed_over)
    assert is_told(replace(handed_over, data=EventData(chamber=fault)))
    pattern = replace(a_discovery(), pattern=True)
    assert not is_told(event(1, 0, "discovery.shared", data=EventData(discovery=pattern)))
    assert is_told(event(1, 0, "discovery.shared", data=EventData(discovery=a_discovery())))


def test_the_drawer_begins_with_events_and_workers_in_the_order_of_time() -> None:
    ended = Presence(
        chamber_id=DATABASE.id, state="finished", message="Done", since=NOW - 3 * MINUTE
    )
    _, lines = told(FAILED, ended)
    events = [event(1, 5 * MINUTE, "task.started"), event(2, 2 * MINUTE, "task.reopened")]
    assert words(lines.of_snapshot(events)) == [
        "13:59:00 oauth2-login-rate-limits-4f1c started",
        "14:01:00 database ended: Done",
        "14:02:00 oauth2-login-rate-limits-4f1c reopened: the merge failed",
        "14:03:59 auth ✗ failed: API 529",
    ]


def test_a_failure_and_that_a_worker_goes_on_are_told_once() -> None:
    state, lines = told()
    assert lines.of_snapshot([]) == []
    assert changed(state, lines, FAILED) == ["14:03:59 auth ✗ failed: API 529"]
    assert words(lines.of_changes((), {AUTH.id})) == []
    working = Presence(chamber_id=AUTH.id, state="working", tool="Bash", since=NOW)
    assert changed(state, lines, working) == ["14:04:00 auth works again"]


def test_an_ending_is_shown_once_though_its_changes_are_found_later() -> None:
    working = Presence(chamber_id=AUTH.id, state="working", tool="Bash", since=NOW - MINUTE)
    state, lines = told(working)
    lines.of_snapshot([])
    ended = Presence(chamber_id=AUTH.id, state="finished", message="Done", since=NOW - SECOND)
    assert changed(state, lines, ended) == ["14:03:59 auth ended: Done"]
    with_work = EventData(chamber=replace(AUTH, work="committed"))
    rows = state.apply(event(1, 0, "chamber.work-changed", "auth", with_work))
    assert words(lines.of_changes((), rows.workers)) == []


def test_silence_is_shown_with_the_time_at_which_it_became_too_long() -> None:
    silent = Presence(chamber_id=AUTH.id, state="working", tool="Bash", since=NOW - 9 * MINUTE)
    _, lines = told(silent, limit=5 * MINUTE)
    assert words(lines.of_snapshot([])) == ["14:00:00 auth stuck: Bash"]


def test_what_a_worker_asks_by_a_request_is_left_to_the_event_of_the_request() -> None:
    state, lines = told()
    asked = replace(a_request(), task_id=AUTH.task_id, chamber="auth", asked_at=NOW)
    rows = state.apply(event(1, 0, "request.asked", "auth", EventData(request=asked)))
    assert AUTH.id in rows.workers
    assert words(lines.of_changes((), rows.workers)) == []
    other = Presence(chamber_id=DATABASE.id, state="waiting", tool="Bash", since=NOW)
    assert changed(state, lines, other) == ["14:04:00 database ◆ permission: Bash"]
