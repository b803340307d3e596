"""Rows of chambers for tests: what a row shows, and the state behind it."""

from msgspec.structs import replace

from orchestra_core.models import Chamber, Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Row
from tests.support.samples.documents import a_chamber, a_task

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
