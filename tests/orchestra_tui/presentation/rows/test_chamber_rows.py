"""Chambers as rows."""

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Heartbeat, Presence
from orchestra_tui.key_bindings import ROOM_KEYS
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Row
from orchestra_tui.presentation.rows.chamber_rows import ChamberRows, chamber_columns, chamber_row
from orchestra_tui.presentation.rows.symbols import (
    CHAMBER,
    HEALTH,
    HELD,
    REQUEST,
    SEVERITY,
    UNPROVEN,
)
from orchestra_tui.presentation.rows.symbols import TASK as TASK_SYMBOLS
from orchestra_tui.presentation.text_fit import arrange
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_clone,
    a_conflict,
    a_question,
    a_request,
)
from tests.support.samples.rows import LIVE, state_with, texts

MINUTE = 60_000
_, NAME, TASK, DOING, CONFLICT, MAIL, COUNT, WORK, LINES, LASTING, AGE = range(11)


def row_of(chamber: Chamber, presence: Presence | None = None, now: int = NOON) -> Row:
    return chamber_row(chamber, state_with(chamber, presence), now)


def test_a_row_shows_the_workers_tool_and_since_when_it_runs() -> None:
    presence = Presence(
        chamber_id=LIVE.id, state="working", tool="Edit", detail="src/a.py", since=NOON
    )
    row = row_of(LIVE, presence, NOON + 12_000)
    assert texts(row)[:4] == ["●", "auth", "Add a login", "Edit src/a.py"]
    assert texts(row)[LASTING:] == ["runs 12s", "12s"]


def test_a_row_shows_the_other_side_of_a_conflict_beside_the_workers_activity() -> None:
    presence = Presence(chamber_id=LIVE.id, state="idle", since=NOON)
    state = state_with(LIVE, presence)
    event = Event(seq=1, at=NOON, kind="collision.appeared", data=EventData(conflict=a_conflict()))
    assert state.apply(event).chambers == {LIVE.id, "add-login-1a2b/database"}
    row = chamber_row(LIVE, state, NOON + 12_000)
    assert row.cells[DOING].text == "idle: its turn has ended"
    assert row.cells[CONFLICT] == Cell("⚠ database: app.py", "warn")
    assert "conflicts: database" in ChamberRows(state, lambda: NOON).words(LIVE.id)

    over = replace(a_conflict(), state="clear")
    state.apply(replace(event, seq=2, kind="collision.cleared", data=EventData(conflict=over)))
    assert chamber_row(LIVE, state, NOON + 12_000).cells[CONFLICT].text == ""


def test_a_row_of_a_failed_worker_says_so_although_its_chamber_conflicts() -> None:
    fault = Presence(chamber_id=LIVE.id, state="failed", since=NOON, message="API Error: 529")
    state = state_with(LIVE, fault)
    event = Event(seq=1, at=NOON, kind="collision.appeared", data=EventData(conflict=a_conflict()))
    state.apply(event)
    row = chamber_row(LIVE, state, NOON)
    assert row.cells[0] == Cell("✗", "critical")
    assert row.cells[DOING].text == "failed: API Error: 529"


def test_a_row_shows_what_the_worker_asks_for() -> None:
    presence = Presence(
        chamber_id=LIVE.id,
        state="waiting",
        tool="Bash",
        detail="npm publish",
        asks="permission",
        since=NOON,
    )
    row = row_of(LIVE, presence, NOON + 3 * MINUTE)
    assert row.cells[0] == Cell("◆", "critical")
    in_terminal = Cell("answer in its terminal", "accent")
    assert row.cells[DOING] == Cell("permission: Bash npm publish", "critical", (in_terminal,))
    assert texts(row)[LASTING:] == ["waits 3m", "3m"]


def test_a_row_shows_that_there_is_no_worker() -> None:
    assert row_of(replace(LIVE, ready_at=NOON)).cells[DOING] == Cell("idle: no worker yet", "muted")


def test_a_row_shows_that_the_hook_never_answered() -> None:
    assert row_of(LIVE).cells[DOING].badges == (Cell("◌ hook not verified", "warn"),)


def test_a_row_shows_the_last_message_of_a_worker_that_has_ended() -> None:
    ended = Presence(chamber_id=LIVE.id, state="finished", since=NOON, message="Done:\n12 pass")
    row = row_of(LIVE, ended, NOON + 3 * MINUTE)
    assert row.cells[DOING] == Cell("idle: Done: 12 pass", "muted")
    with_work = replace(LIVE, work="committed")
    assert row_of(with_work, ended).cells[DOING] == Cell("can land: Done: 12 pass", "ok")


def test_a_row_of_a_ready_chamber_says_what_holds_it_in_place_of_its_last_message() -> None:
    ended = Presence(chamber_id=LIVE.id, state="finished", since=NOON, message="Done")
    with_work = replace(LIVE, work="committed")
    state = state_with(with_work, ended)
    rows = ChamberRows(state, lambda: NOON)
    assert rows.heading(LIVE.id) == "CAN LAND"
    event = Event(seq=1, at=NOON, kind="collision.appeared", data=EventData(conflict=a_conflict()))
    assert state.apply(event).chamber_order
    held = chamber_row(with_work, state, NOON).cells[DOING]
    assert (held.text, held.tone) == ("held: conflict", "warn")
    assert rows.heading(LIVE.id) == "HELD"


def test_work_that_its_gates_have_not_passed_is_held_and_only_then_can_land() -> None:
    ended = Presence(chamber_id=LIVE.id, state="finished", since=NOON, message="Done")
    for verdict, heading, words in (
        ("green", "CAN LAND", "gates pass, can land: Done"),
        ("awaited", "HELD", "held: its gate has not run yet"),
        ("red", "HELD", "held: fails its gate"),
    ):
        chamber = replace(LIVE, work="committed", verdict=verdict)
        state = state_with(chamber, ended)
        assert ChamberRows(state, lambda: NOON).heading(LIVE.id) == heading
        assert chamber_row(chamber, state, NOON).cells[DOING].text == words


def test_a_row_says_that_the_branch_itself_fails_whatever_its_worker_does() -> None:
    row = row_of(replace(LIVE, ready_at=NOON, verdict="base-red"))
    assert row.cells[DOING].badges == (Cell("base red", "warn"),)


def test_a_row_shows_that_a_chamber_is_suspended_beside_the_workers_activity() -> None:
    suspended = replace(LIVE, suspended_at=NOON)
    idle = Presence(chamber_id=LIVE.id, state="idle", since=NOON + 1_500)
    row = row_of(suspended, idle, NOON + 5_000)
    assert row.cells[DOING].text == "idle: its turn has ended"
    assert row.cells[DOING].badges == (Cell("‖ suspended, tools blocked", "warn"),)
    assert row.due == NOON + 5_500


def test_a_row_shows_why_a_chamber_failed() -> None:
    failed = replace(a_chamber(), state="failed", ended_at=NOON + 1, note="disk full")
    row = row_of(failed)
    assert row.cells[0].text == "✗"
    assert row.cells[DOING] == Cell("failed: disk full", "critical")


def test_a_row_shows_the_size_of_the_changes_once_it_is_known() -> None:
    state = state_with(LIVE)
    assert texts(chamber_row(LIVE, state, NOON))[LINES] == ""
    state.diffs[LIVE.id] = Diff(0, 0, 0)
    assert texts(chamber_row(LIVE, state, NOON))[LINES] == "-"
    state.diffs[LIVE.id] = Diff(4, 120, 8)
    assert texts(chamber_row(LIVE, state, NOON))[LINES] == "+120 -8"


def test_a_row_is_due_when_the_first_of_its_ages_changes() -> None:
    presence = Presence(chamber_id=LIVE.id, state="idle", since=NOON + 5 * MINUTE)
    row = chamber_row(LIVE, state_with(LIVE, presence), NOON + 5 * MINUTE + 1_500)
    assert row.due == NOON + 5 * MINUTE + 2_000


def elsewhere(heard: int, serves: str = "mail") -> tuple[Chamber, IndexedState]:
    """Return a live chamber of another clone, and the state in which that was heard."""
    chamber = replace(a_chamber(), state="live", ready_at=NOON, clone=a_clone().id)
    state = state_with(chamber)
    state.documents.put(a_clone())
    state.own_clone = "this clone"
    state.hear_clones({a_clone().id: Heartbeat(at=heard, holder="h", serves=serves)})
    return chamber, state


def test_a_row_shows_in_which_other_clone_a_chamber_is() -> None:
    chamber, state = elsewhere(NOON)
    assert chamber_row(chamber, state, NOON + 1).cells[DOING].badges == (
        Cell("at laptop:/repo", "muted"),
    )


def test_a_row_shows_since_when_the_clone_of_a_chamber_is_silent() -> None:
    chamber, state = elsewhere(NOON, serves="")
    cell = chamber_row(chamber, state, NOON + 3 * 3_600_000).cells[DOING]
    assert cell.badges == (Cell("at laptop:/repo, last heard 3 h ago", "warn"),)


def test_a_row_of_a_chamber_of_this_clone_names_no_clone() -> None:
    chamber, state = elsewhere(NOON)
    state.own_clone = chamber.clone
    assert chamber_row(chamber, state, NOON).cells[DOING].badges == ()


def test_a_heartbeat_changes_the_rows_of_other_clones_only() -> None:
    chamber, state = elsewhere(NOON)
    assert state.hear_clones({}).chambers == {chamber.id}
    state.own_clone = chamber.clone
    assert state.hear_clones({}).chambers == set()


def test_a_row_names_what_is_wrong_with_the_chamber_beside_the_workers_activity() -> None:
    ill = replace(LIVE, ready_at=NOON, health=("hook gone: mend it", "detached: go back"))
    state = state_with(ill)
    row = chamber_row(ill, state, NOON)
    assert row.cells[DOING].badges == (Cell("✚ hook gone, detached", "warn"),)
    assert "hook gone" in ChamberRows(state, lambda: NOON).words(ill.id)
    closed = replace(ill, state="closed")
    assert row_of(closed).cells[DOING].badges == ()


def test_a_row_shows_what_the_worker_asks_and_since_when() -> None:
    presence = Presence(chamber_id=LIVE.id, state="waiting", since=NOON)
    state = state_with(LIVE, presence)
    for request in (a_request(), replace(a_question(), asked_at=NOON + 1)):
        state.apply(
            Event(
                seq=state.documents.seq + 1,
                at=NOON,
                kind="request.asked",
                data=EventData(request=request),
            )
        )
    row = chamber_row(LIVE, state, NOON + 12_000)
    assert row.cells[DOING] == Cell(
        "permission: Bash: npm test (and 1 more)", "critical", row.cells[DOING].badges
    )
    assert (texts(row)[-1], row.due) == ("12s", NOON + 13_000)
    assert "which colour?" in ChamberRows(state, lambda: NOON).words(LIVE.id)


def test_a_row_of_a_ready_worker_says_that_its_work_is_not_all_committed() -> None:
    ended = Presence(chamber_id=LIVE.id, state="finished", since=NOON)
    for work, text in (("uncommitted", "uncommitted"), ("committed", "")):
        chamber = replace(LIVE, work=work, ready_at=NOON)
        assert row_of(chamber, ended).cells[WORK] == Cell(text, "warn")


def test_the_rows_of_a_group_stand_below_its_name() -> None:
    rows = ChamberRows(state_with(LIVE, Presence(chamber_id=LIVE.id, state="failed", since=NOON)))
    assert rows.heading(LIVE.id) == "NEEDS YOU"


def test_a_row_says_what_enter_does_for_a_worker_that_needs_somebody() -> None:
    failed = Presence(chamber_id=LIVE.id, state="failed", since=NOON, message="API Error: 529")
    ready = replace(LIVE, ready_at=NOON - 1)
    assert row_of(ready, failed).cells[DOING].badges == (Cell("enter: retry", "accent"),)


def test_the_columns_for_marks_show_while_a_chamber_has_the_mark() -> None:
    without, every = (
        chamber_columns(),
        chamber_columns(several_tasks=True, conflicts=True, unread=True),
    )
    titles = ["task", "conflict with", "unread by it"]
    shown = [
        column.title for column, width in zip(every, arrange(every, 116), strict=True) if width
    ]
    assert [title for title in titles if title in shown] == titles
    rest = [
        column.title for column, width in zip(without, arrange(without, 116), strict=True) if width
    ]
    assert not set(titles) & set(rest)


def test_no_mark_of_a_row_is_a_key() -> None:
    keys = {shown for key in ROOM_KEYS for shown in key.display.split(" ")}
    symbols = {cell.text for cells in (SEVERITY, CHAMBER, TASK_SYMBOLS) for cell in cells.values()}
    assert not keys & (symbols | {REQUEST.text, HELD.text, HEALTH.text, UNPROVEN.text[0]})
