"""Tasks, chambers and discoveries as rows."""

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Phase, Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Row
from orchestra_tui.presentation.rows.chamber_rows import CHAMBER_COLUMNS, ChamberRows, chamber_row
from orchestra_tui.presentation.rows.discovery_rows import (
    DISCOVERY_COLUMNS,
    DiscoveryRows,
    discovery_row,
)
from orchestra_tui.presentation.rows.mail_cell import ENVELOPE
from orchestra_tui.presentation.rows.task_rows import TASK_COLUMNS, TaskRows, step_text, task_row
from tests.support.samples import (
    NOON,
    a_chamber,
    a_collision,
    a_discovery,
    a_task,
    an_interrupt,
)

MINUTE = 60_000
PHASES = (
    Phase(name="design", started_at=NOON, finished_at=NOON + 1),
    Phase(name="building", started_at=NOON + 1),
    Phase(name="review"),
)
LIVE = replace(a_chamber(), state="live")


def texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def state_with(chamber: Chamber, presence: Presence | None = None) -> IndexedState:
    state = IndexedState(
        ProjectState(tasks={a_task().id: a_task()}, chambers={chamber.id: chamber})
    )
    if presence is not None:
        state.report_presence(presence)
    return state


def test_a_task_says_its_state_step_chambers_and_time() -> None:
    task = replace(a_task(), phases=PHASES, phase="building")
    row = task_row(task, 3, NOON + 42_000)
    assert texts(row) == ["●", "Add a login", "simple", "2/3", "building", "3", "42s"]
    assert row.due == NOON + 43_000


def test_a_finished_tasks_time_has_stopped() -> None:
    task = replace(a_task(), state="completed", finished_at=NOON + 192_000)
    row = task_row(task, 0, NOON + 500_000)
    assert texts(row)[-1] == "3m12"
    assert (row.cells[0].text, row.due) == ("✓", 0)


def test_a_step_counts_finished_phases_when_none_is_current() -> None:
    assert step_text(replace(a_task(), phases=PHASES)) == "1/3"
    assert step_text(a_task()) == ""


def test_every_row_has_a_cell_for_each_column() -> None:
    state = state_with(LIVE)
    assert len(task_row(a_task(), 0, NOON).cells) == len(TASK_COLUMNS)
    assert len(chamber_row(LIVE, state, NOON).cells) == len(CHAMBER_COLUMNS)
    assert len(discovery_row(a_discovery(), NOON).cells) == len(DISCOVERY_COLUMNS)


def test_a_chamber_says_which_tool_its_worker_uses_and_since_when() -> None:
    presence = Presence(
        chamber_id=LIVE.id, state="working", tool="Edit", detail="src/a.py", since=NOON
    )
    row = chamber_row(LIVE, state_with(LIVE, presence), NOON + 12_000)
    assert texts(row)[:3] == ["●", "auth", "Edit 12s src/a.py"]


def test_a_chamber_that_collides_says_with_whom_before_what_its_worker_does() -> None:
    presence = Presence(chamber_id=LIVE.id, state="idle", since=NOON)
    state = state_with(LIVE, presence)
    event = Event(
        seq=1, at=NOON, kind="collision.appeared", data=EventData(collision=a_collision())
    )
    assert state.apply(event).chambers == {LIVE.id, "add-login-1a2b/database"}
    row = chamber_row(LIVE, state, NOON + 12_000)
    assert row.cells[2] == Cell("⚠ conflicts: database, 1 file · idle 12s", "warn")
    assert "conflicts: database" in ChamberRows(state, lambda: NOON).words(LIVE.id)

    over = replace(a_collision(), state="clear")
    state.apply(replace(event, seq=2, kind="collision.cleared", data=EventData(collision=over)))
    assert chamber_row(LIVE, state, NOON + 12_000).cells[2].text == "idle 12s"


def test_a_worker_that_waits_says_so() -> None:
    presence = Presence(chamber_id=LIVE.id, state="waiting", since=NOON)
    row = chamber_row(LIVE, state_with(LIVE, presence), NOON + 3 * MINUTE)
    assert row.cells[2] == Cell("waiting 3m", "warn")


def test_a_chamber_without_a_worker_says_so() -> None:
    ready = replace(LIVE, ready_at=NOON)
    assert texts(chamber_row(ready, state_with(ready), NOON))[2] == "no worker"


def test_a_chamber_whose_hook_never_answered_says_so() -> None:
    assert chamber_row(LIVE, state_with(LIVE), NOON).cells[2] == Cell("? hook not verified", "warn")


def test_a_worker_that_ended_says_its_last_words_and_one_that_waits_for_what() -> None:
    ended = Presence(chamber_id=LIVE.id, state="finished", since=NOON, message="Done:\n12 pass")
    row = chamber_row(LIVE, state_with(LIVE, ended), NOON + 3 * MINUTE)
    assert row.cells[2] == Cell("finished 3m: Done: 12 pass", "muted")
    asking = Presence(chamber_id=LIVE.id, state="waiting", since=NOON, detail="May I use Bash?")
    row = chamber_row(LIVE, state_with(LIVE, asking), NOON + 1_000)
    assert row.cells[2] == Cell("waiting 1s: May I use Bash?", "warn")


def test_a_suspended_chamber_says_since_when_and_what_its_worker_does() -> None:
    suspended = replace(LIVE, suspended_at=NOON)
    idle = Presence(chamber_id=LIVE.id, state="idle", since=NOON + 1_500)
    row = chamber_row(suspended, state_with(suspended, idle), NOON + 5_000)
    assert row.cells[2] == Cell("‖ suspended 5s: idle 3s", "warn")
    assert row.due == NOON + 5_500


def test_mail_becomes_urgent_at_the_limit_and_not_before() -> None:
    state = state_with(LIVE)
    state.unread_limit = 42_500
    state.documents.put(an_interrupt())
    state.load(state.documents)
    row = chamber_row(LIVE, state, NOON + 42_000)
    assert row.cells[3:5] == (Cell("1", "warn"), Cell(f"{ENVELOPE} 1 unread 42s", "warn"))
    assert row.due == NOON + 42_500
    row = chamber_row(LIVE, state, NOON + 42_500)
    assert row.cells[3:5] == (Cell("!1", "critical"), Cell("! 1 unread 42s", "critical"))
    assert row.due == NOON + 43_000


def test_mail_that_nobody_will_read_says_so() -> None:
    state = state_with(LIVE)
    state.documents.put(replace(an_interrupt(), state="expired", ended_at=NOON))
    state.load(state.documents)
    assert chamber_row(LIVE, state, NOON + 3 * MINUTE).cells[4] == Cell("undelivered 3m", "warn")


def test_a_chamber_that_failed_says_why() -> None:
    failed = replace(a_chamber(), state="failed", ended_at=NOON + 1, note="disk full")
    row = chamber_row(failed, state_with(failed), NOON)
    assert row.cells[0].text == "✗"
    assert row.cells[2] == Cell("failed: disk full", "critical")


def test_unread_mail_is_counted_with_the_age_of_the_oldest() -> None:
    state = state_with(LIVE)
    for number in (1, 2):
        letter = replace(an_interrupt(f"i{number}"), sent_at=NOON + number)
        state.documents.put(letter)
    state.load(state.documents)
    row = chamber_row(LIVE, state, NOON + 42_001)
    assert row.cells[3:5] == (Cell("2", "warn"), Cell(f"{ENVELOPE} 2 unread 42s", "warn"))


def test_mail_that_was_read_says_how_far_it_came() -> None:
    state = state_with(LIVE)
    state.documents.put(replace(an_interrupt(), state="delivered", delivered_at=NOON))
    state.load(state.documents)
    assert texts(chamber_row(LIVE, state, NOON + 3 * MINUTE))[3:5] == ["", "delivered 3m"]


def test_a_chambers_changes_show_once_they_are_known() -> None:
    state = state_with(LIVE)
    assert texts(chamber_row(LIVE, state, NOON))[5] == ""
    state.diffs[LIVE.id] = Diff(0, 0, 0)
    assert texts(chamber_row(LIVE, state, NOON))[5] == "-"
    state.diffs[LIVE.id] = Diff(4, 120, 8)
    assert texts(chamber_row(LIVE, state, NOON))[5] == "+120 -8 4f"


def test_a_row_is_due_when_the_first_of_its_ages_changes() -> None:
    presence = Presence(chamber_id=LIVE.id, state="idle", since=NOON + 5 * MINUTE)
    row = chamber_row(LIVE, state_with(LIVE, presence), NOON + 5 * MINUTE + 1_500)
    assert row.due == NOON + 5 * MINUTE + 2_000


def test_a_discovery_says_its_severity_by_a_symbol() -> None:
    symbols = {
        discovery_row(replace(a_discovery(), severity="info"), NOON).cells[0].text,
        discovery_row(replace(a_discovery(), severity="important"), NOON).cells[0].text,
        discovery_row(replace(a_discovery(), severity="critical"), NOON).cells[0].text,
    }
    assert len(symbols) == 3


def test_rows_are_read_from_the_state_when_asked_for() -> None:
    state = state_with(LIVE)
    state.documents.put(a_discovery())
    assert TaskRows(state, lambda: NOON).row(a_task().id).key == a_task().id
    assert ChamberRows(state, lambda: NOON).row(LIVE.id).key == LIVE.id
    assert DiscoveryRows(state, lambda: NOON).row("d1").key == "d1"


def test_a_filter_finds_what_a_person_would_type() -> None:
    state = state_with(LIVE, Presence(chamber_id=LIVE.id, state="working", tool="Bash"))
    state.documents.put(replace(a_discovery(), severity="critical"))
    assert "add a login" in TaskRows(state).words(a_task().id)
    assert "bash" in ChamberRows(state).words(LIVE.id)
    assert "critical" in DiscoveryRows(state).words("d1")
