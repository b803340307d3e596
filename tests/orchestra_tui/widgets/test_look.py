"""How the widgets look together, as pictures to compare with; no clock and nothing that blinks."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from textual.app import App, ComposeResult

from orchestra_core.models import Chamber, ChamberState, Phase, Presence
from orchestra_core.state import ProjectState
from orchestra_tui import themes
from orchestra_tui.presentation.details.chamber_details import chamber_overview
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.rows.chamber_rows import ChamberRows, chamber_columns
from orchestra_tui.presentation.rows.discovery_rows import DISCOVERY_COLUMNS, DiscoveryRows
from orchestra_tui.presentation.rows.task_rows import TASK_COLUMNS, TaskRows
from orchestra_tui.presentation.status_text import Status
from orchestra_tui.widgets.detail_area import DetailArea
from orchestra_tui.widgets.line_table import LineTable
from orchestra_tui.widgets.pane import Pane
from orchestra_tui.widgets.status_line import StatusLine
from tests.support.samples.documents import NOON, a_chamber, a_discovery, a_task, an_interrupt

NOW = NOON + 192_000
Compare = Callable[..., bool]
STATES: tuple[tuple[str, ChamberState], ...] = (
    ("auth", "live"),
    ("database", "live"),
    ("api", "creating"),
    ("docs", "failed"),
    ("old", "closed"),
)


def _chamber(name: str, state: ChamberState) -> Chamber:
    ended = NOON + 60_000 if state in ("failed", "closed") else 0
    note = "the disk is full" if state == "failed" else ""
    return replace(a_chamber(name), state=state, ended_at=ended, note=note, ready_at=NOON)


def _indexed_state() -> IndexedState:
    task = replace(
        a_task(description="Add a login with [b]tokens[/b], 日本語 and a very long description"),
        phases=(Phase(name="building", started_at=NOON), Phase(name="review")),
        phase="building",
    )
    state = ProjectState(tasks={task.id: task})
    state.put(replace(a_task("remove-it-3c4d", "Remove it"), state="completed", finished_at=NOW))
    for name, chamber_state in STATES:
        state.put(_chamber(name, chamber_state))
    state.put(an_interrupt())
    state.put(replace(a_discovery(), severity="critical", chamber="database"))
    state.put(replace(a_discovery("d2", "JWT auth"), pattern=True))
    key = a_chamber("database").id
    state.presence[key] = Presence(
        chamber_id=key, state="working", tool="Edit", detail="src/db.py", since=NOON + 180_000
    )
    indexed_state = IndexedState(state)
    indexed_state.diffs[key] = Diff(4, 120, 8)
    return indexed_state


class Lists(App[None]):
    """The three lists, a detail text and the status line, one below the other."""

    CSS = "#tasks, #discoveries, #detail { height: 6; }"

    def __init__(self, *, light: bool = False) -> None:
        super().__init__()
        self._light = light
        state = self._indexed_state = _indexed_state()
        self._tasks = LineTable(TASK_COLUMNS, TaskRows(state, lambda: NOW))
        self._chambers = LineTable(chamber_columns(), ChamberRows(state, lambda: NOW))
        self._discoveries = LineTable(DISCOVERY_COLUMNS, DiscoveryRows(state, lambda: NOW))
        self._detail = DetailArea(("overview", "diff"))
        self._status = StatusLine(clock=lambda: NOW)

    def compose(self) -> ComposeResult:
        yield Pane(self._tasks, title="Tasks", id="tasks")
        yield Pane(self._chambers, title="Chambers")
        yield Pane(self._discoveries, title="Discoveries", id="discoveries")
        yield Pane(self._detail, title="Detail", id="detail")
        yield self._status

    def on_mount(self) -> None:
        themes.install(self, light=self._light)
        state = self._indexed_state
        self._tasks.show(state.task_keys())
        self._chambers.show(state.chamber_keys())
        self._discoveries.show(state.discovery_keys())
        self._chambers.focus()
        self._detail.set_content(chamber_overview(_chamber("auth", "live"), state, NOW))
        self._status.set_status(Status(link="live", server="ready", seq=42, tasks=1, chambers=3))


@pytest.mark.parametrize("width", [40, 80, 130])
def test_the_lists_look_composed_at_every_width(snap_compare: Compare, width: int) -> None:
    assert snap_compare(Lists(), terminal_size=(width, 32))


def test_the_light_theme_looks_composed(snap_compare: Compare) -> None:
    assert snap_compare(Lists(light=True), terminal_size=(80, 32))
