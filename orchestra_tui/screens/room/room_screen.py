"""The room's screen: three lists, what is selected in detail, the feed, and how things stand."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber, Task
from orchestra_tui.backend.view_model import ViewChanges, ViewModel
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.ages import earliest
from orchestra_tui.presentation.event_lines import feed_line
from orchestra_tui.presentation.rows.chamber_rows import CHAMBER_COLUMNS, ChamberRows
from orchestra_tui.presentation.rows.discovery_rows import DISCOVERY_COLUMNS, DiscoveryRows
from orchestra_tui.presentation.rows.task_rows import TASK_COLUMNS, TaskRows
from orchestra_tui.screens.room.bindings import room_bindings
from orchestra_tui.screens.room.detail_content import DetailKind, DetailSubject
from orchestra_tui.screens.room.detail_pages import DetailPages, ReadActivity
from orchestra_tui.screens.room.diff_sizes import DiffSizes
from orchestra_tui.screens.room.escalation import Escalation, overdue_line
from orchestra_tui.screens.room.key_footer import KeyFooter
from orchestra_tui.screens.room.list_filter import ListFilter
from orchestra_tui.screens.room.navigation import RoomMoves
from orchestra_tui.screens.room.room_status import status_of
from orchestra_tui.screens.room.room_table import RoomTable
from orchestra_tui.screens.room.ticker import Ticker
from orchestra_tui.widgets.detail_area import DetailArea
from orchestra_tui.widgets.feed import Feed
from orchestra_tui.widgets.line_table import LineTable
from orchestra_tui.widgets.pane import Pane
from orchestra_tui.widgets.status_line import StatusLine

CONNECTING = "Connecting…"
NO_TASK = "The chambers of the selected task show here."
_SUBJECTS: dict[str, DetailKind] = {
    "tasks": "task",
    "chambers": "chamber",
    "discoveries": "discovery",
}


class RoomScreen(RoomMoves):
    """Shows a picture; everything it does to the project goes through the operator's verbs."""

    AUTO_FOCUS = "#tasks"
    BINDINGS: ClassVar[list[BindingType]] = room_bindings()

    def __init__(
        self, view_model: ViewModel, read_activity: ReadActivity, project: str, clock: Clock
    ) -> None:
        super().__init__()
        self._view_model = view_model
        self._state = view_model.state
        self._read_activity = read_activity
        self._project = project
        self._clock = clock
        self._ticker = Ticker(self._tick, clock)
        self._escalation = Escalation(view_model.state, clock)
        self.listing = ListFilter()
        self._make_widgets()

    def _make_widgets(self) -> None:
        state, clock = self._state, self._clock
        self.tables = {
            "tasks": RoomTable(TASK_COLUMNS, TaskRows(state, clock), id="tasks"),
            "chambers": RoomTable(CHAMBER_COLUMNS, ChamberRows(state, clock), id="chambers"),
            "discoveries": RoomTable(
                DISCOVERY_COLUMNS, DiscoveryRows(state, clock), id="discoveries"
            ),
        }
        self.detail = DetailArea(("overview",))
        self.feed = Feed(id="feed")
        self.field = Input(placeholder="words to look for", id="filter", compact=True)
        self.field.cursor_blink = False
        self.status = StatusLine(clock=clock)

    def compose(self) -> ComposeResult:
        """Lay out the panes; the style sheet arranges them for the terminal's size."""
        with Horizontal(id="body"):
            with Vertical(id="lists"):
                yield Pane(self.tables["tasks"], title="1 Tasks", id="tasks-pane")
                yield Pane(self.tables["chambers"], title="2 Chambers", id="chambers-pane")
                yield Pane(self.tables["discoveries"], title="3 Discoveries", id="discoveries-pane")
            yield Pane(self.detail, title="4 Detail", id="detail")
        yield Pane(self.feed, title="Events", id="feed-pane")
        yield Horizontal(Static("/", markup=False), self.field, id="filter-line")
        yield self.status
        yield KeyFooter()

    def on_mount(self) -> None:
        """Show what is known so far, which at the start is nothing."""
        self.pages = DetailPages(
            self.detail, self._state, self.app.tool_calls, self._read_activity, self._clock
        )
        self._sizes = DiffSizes(self.app)
        self.enter("tasks")
        self.show(ViewChanges(whole=True, status=True))

    def on_unmount(self) -> None:
        """Let no alarm outlive the screen."""
        self._ticker.stop()
        self._sizes.stop()

    # What is shown

    def show(self, changes: ViewChanges) -> None:
        """Show what has changed since the last step."""
        changed_rows = changes.rows
        if changes.whole:
            self.feed.clear()
            self.relist()
        elif changed_rows.task_order or changed_rows.chamber_order or changed_rows.discovery_order:
            self._relist_moved(changes)
        self.tables["tasks"].changed(changed_rows.tasks)
        self.tables["chambers"].changed(changed_rows.chambers)
        self.tables["discoveries"].changed(changed_rows.discoveries)
        self.feed.append(feed_line(event) for event in changes.events)
        self.pages.changed(changed_rows, whole=changes.whole)
        self._sizes.changed(changes, self.tables["tasks"].cursor_key)
        if changes.status or changed_rows.chambers:
            self.show_status()
            self._escalate()
        self._set_ticker()

    def show_status(self) -> None:
        """Write how things stand."""
        now = self._clock()
        self.status.set_status(status_of(self._view_model, self.app.server, self._project, now))

    def _escalate(self) -> None:
        """Say aloud, once, that mail has been unread for too long; its row goes on saying so."""
        if new := self._escalation.look():
            self.app.bell()
            self.app.say(overdue_line(new, self._state.unread_limit), problem=True)

    def server_changed(self) -> None:
        """Say how the server is, and once it is ready ask it what only it knows."""
        self.show_status()
        self._sizes.want(self.tables["tasks"].cursor_key)

    def relist(self) -> None:
        """Fill the tables anew."""
        self._relist_tasks()
        self._relist_rest()
        self._say_why_empty()
        self.count()

    def _say_why_empty(self) -> None:
        live = self._view_model.live_once
        task = self.selected_task()
        self.tables["tasks"].say_when_empty(empty_panes.TASKS if live else CONNECTING)
        chambers = empty_panes.CHAMBERS if task else NO_TASK
        self.tables["chambers"].say_when_empty(chambers if live else "")
        self.tables["discoveries"].say_when_empty(empty_panes.DISCOVERIES if live else "")

    def _relist_moved(self, changes: ViewChanges) -> None:
        if changes.rows.task_order:
            self._relist_tasks()
        if changes.rows.chamber_order or changes.rows.discovery_order:
            self._relist_rest()
        self.count()

    def _relist_tasks(self) -> None:
        table = self.tables["tasks"]
        table.show(self.listing.tasks(self._state))

    def _relist_rest(self) -> None:
        task_id = self.tables["tasks"].cursor_key
        self.tables["chambers"].show(self.listing.chambers(self._state, task_id))
        self.tables["discoveries"].show(self.listing.discoveries(self._state, task_id))

    @property
    def ticking(self) -> bool:
        """Whether an alarm is set for a text that changes by itself."""
        return self._ticker.running

    @property
    def looking(self) -> bool:
        """Whether the sizes of changes are being asked for."""
        return self._sizes.due

    def _tick(self) -> None:
        for table in self.tables.values():
            table.tick()
        self.status.tick()
        self.show_status()
        self._escalate()
        self.pages.write()
        self._set_ticker()

    def _set_ticker(self) -> None:
        # Rows are built when they are painted; only then it is known when their texts change.
        self.call_after_refresh(self._ring_when_due)

    def _ring_when_due(self) -> None:
        moments = [table.next_due for table in self.tables.values()]
        self._ticker.set(earliest(*moments, self.status.next_due, self._escalation.next_due))

    # What is selected

    def selected_task(self) -> Task | None:
        """Return the task under the cursor."""
        return self._state.tasks.get(self.tables["tasks"].cursor_key)

    def selected_chamber(self) -> Chamber | None:
        """Return the chamber under the cursor."""
        return self._state.chambers.get(self.tables["chambers"].cursor_key)

    def go_to_task(self, task_id: str) -> None:
        """Select a task, whatever the filter hides."""
        self.tables["tasks"].filter("")
        self.tables["tasks"].select(task_id)
        self.count()
        self.action_pane("tasks")

    def pane_entered(self) -> None:
        """Show in detail what is selected in the pane that has the focus now."""
        kind = _SUBJECTS.get(self.pane)
        if kind is not None:
            key = self.tables[self.pane].cursor_key
            self.pages.about(DetailSubject(kind, key) if key else DetailSubject())

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        if event.table is self.tables["tasks"]:
            self._relist_rest()
            self._say_why_empty()
            self.count()
            self._sizes.want(event.key)
        if self.tables.get(self.pane) is event.table:
            self.pane_entered()
        self._set_ticker()

    @on(LineTable.Opened)
    def _opened(self) -> None:
        self.action_pane("detail")

    @on(DetailArea.TabShown)
    def _tab_shown(self) -> None:
        self.pages.opened()

    @on(KeyFooter.Picked)
    async def _key_picked(self, event: KeyFooter.Picked) -> None:
        await self.run_action(event.action)

    @on(events.Resize)
    def _resized(self) -> None:
        self.split(detail=self.pane == "detail")
