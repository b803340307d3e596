"""What the rows of all three lists have in common."""

from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_tui.presentation.rows.chamber_rows import ChamberRows, chamber_columns, chamber_row
from orchestra_tui.presentation.rows.discovery_rows import (
    DISCOVERY_COLUMNS,
    DiscoveryRows,
    discovery_row,
)
from orchestra_tui.presentation.rows.task_rows import TASK_COLUMNS, TaskRows, task_row
from tests.support.samples.documents import (
    NOON,
    a_discovery,
    a_task,
)
from tests.support.samples.rows import LIVE, state_with


def test_every_row_has_a_cell_for_each_column() -> None:
    state = state_with(LIVE)
    assert len(task_row(a_task(), {}, NOON).cells) == len(TASK_COLUMNS)
    assert len(chamber_row(LIVE, state, NOON).cells) == len(chamber_columns())
    assert len(discovery_row(a_discovery(), NOON).cells) == len(DISCOVERY_COLUMNS)


def test_rows_are_built_from_the_current_state_on_request() -> None:
    state = state_with(LIVE)
    state.documents.put(a_discovery())
    assert TaskRows(state, lambda: NOON).row(a_task().id).key == a_task().id
    assert ChamberRows(state, lambda: NOON).row(LIVE.id).key == LIVE.id
    assert DiscoveryRows(state, lambda: NOON).row("d1").key == "d1"


def test_a_filter_finds_what_a_person_would_type() -> None:
    state = state_with(LIVE, Presence(chamber_id=LIVE.id, state="working", tool="Bash", since=NOON))
    state.documents.put(replace(a_discovery(), severity="critical"))
    assert "add a login" in TaskRows(state).words(a_task().id)
    assert "bash" in ChamberRows(state).words(LIVE.id)
    assert "critical" in DiscoveryRows(state).words("d1")
