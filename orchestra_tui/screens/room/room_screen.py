"""The room's screen: three lists, the details of the selection, a drawer, a status line."""

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from orchestra_core.clock import Clock
from orchestra_core.events import Event
from orchestra_core.wording.ages import earliest
from orchestra_tui.backend.protocols import EventSource
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.key_bindings import Key, key_of
from orchestra_tui.presentation.choices.active_keys import Selected, active_keys
from orchestra_tui.presentation.choices.next_in_need import anybody_in_need
from orchestra_tui.presentation.drawer.drawer_lines import DrawerLines
from orchestra_tui.presentation.landing.land_line import land_line
from orchestra_tui.presentation.rows.operator_actions import NO_ACT
from orchestra_tui.presentation.status_text import title_text
from orchestra_tui.screens.app_base import AppBase
from orchestra_tui.screens.room.detail.conflict_excerpts import ConflictExcerpts
from orchestra_tui.screens.room.detail.detail_pages import DetailPages
from orchestra_tui.screens.room.diff_sizes import DiffSizes
from orchestra_tui.screens.room.key_commands import key_commands, room_bindings
from orchestra_tui.screens.room.lists.lists import Lists
from orchestra_tui.screens.room.navigation import Navigation
from orchestra_tui.screens.room.operator_keys import OperatorKeys
from orchestra_tui.screens.room.overdue_alerts import OverdueAlerts, near_limits, overdue_line
from orchestra_tui.screens.room.room_status import status_of
from orchestra_tui.screens.room.ticker import Ticker
from orchestra_tui.screens.room.view_keys import ViewKeys
from orchestra_tui.widgets.board import Board
from orchestra_tui.widgets.detail_area import DetailArea
from orchestra_tui.widgets.feed import Feed
from orchestra_tui.widgets.filter_line import FilterLine
from orchestra_tui.widgets.key_footer import KeyFooter
from orchestra_tui.widgets.line_label import LineLabel
from orchestra_tui.widgets.line_table import LineTable
from orchestra_tui.widgets.pane import Pane
from orchestra_tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from orchestra_tui.presentation.board.board_layout import BoardPane

_QUIET_SECONDS = 10.0  # seconds after a key in which the cursor is not moved


class RoomScreen(Screen[None]):
    """Shows the view model; every change of the project goes through a tool call.

    Its collaborators do the work: each key runs one of their methods (`key_commands`).
    """

    app = getters.app(AppBase)
    AUTO_FOCUS = "#tasks"
    BINDINGS: ClassVar[list[BindingType]] = room_bindings()

    def __init__(self, app: AppBase, source: EventSource, project: str, clock: Clock) -> None:
        super().__init__()
        view_model = app.view_model
        self._view_model = view_model
        self._project = project
        self._clock = clock
        self._filter_line = FilterLine()
        self.lists = Lists(view_model, clock)
        self.feed = Feed(id="feed")
        self._drawer_lines = DrawerLines(view_model.state)
        self.status = StatusLine(clock=clock)
        self._land_line = LineLabel(id="land-line")
        conflicting = ConflictExcerpts(app.tool_calls, view_model.state)
        self.detail = DetailPages(
            DetailArea(("now",)),
            view_model.state,
            conflicting,
            source.activity,
            source.transcript,
            clock=clock,
        )
        self.navigation = Navigation(self, self.lists, self.detail, self.feed, self._filter_line)
        detail_pane = Pane(self.detail.area, title="4 Detail", id="detail")
        panes: dict[BoardPane, Pane] = {**self.lists.panes, "detail": detail_pane}
        self._board = Board(panes, lambda: self.navigation.needs, id="board")
        self._operator_keys = OperatorKeys(app, self.lists)
        self.commands = key_commands(
            self.navigation,
            ViewKeys(app, self.lists, self.navigation, self._filter_line, self.detail),
            self._operator_keys,
            self.lists,
            self.detail,
        )
        self._footer = KeyFooter(self._acting_keys)
        self._sizes = DiffSizes(app)
        self._overdue_alerts = OverdueAlerts(view_model.state, clock)
        self._ticker = Ticker(self._tick, clock)

    def compose(self) -> ComposeResult:
        """Lay out the panes; the style sheet arranges them for the terminal's size."""
        yield self.status
        yield self._board
        yield self._land_line
        yield Pane(self.feed, title="Events", id="feed-pane")
        yield self._filter_line
        yield self._footer

    def on_mount(self) -> None:
        """Show the current state, which is empty at first."""
        self.navigation.enter("tasks")
        self.show(ViewChanges(whole=True, status=True))

    def on_unmount(self) -> None:
        """Stop the timers."""
        self._ticker.stop()
        self._sizes.stop()

    def action_run(self, key_id: str) -> None:
        """Run a key's command, then fit the panes' heights to their content."""
        self.commands[key_id]()
        self._board.arrange_again()

    # What is shown

    def show(self, changes: ViewChanges) -> None:
        """Show what has changed since the last update."""
        if changes.whole:
            self.feed.clear()
            self.feed.append(self._drawer_lines.of_snapshot(changes.events))
            self.lists.fill()
            self.lists.repaint(changes.rows)
        else:
            self.lists.show_changes(changes.rows)
            self.feed.append(self._drawer_lines.of_changes(changes.events, changes.rows.workers))
            self._tell_of_limits(changes.events)
        if changes.rows.task_order and self._leaves_the_tasks_alone:
            self.lists.follow_new_task()
        self.detail.update(changes.rows, whole=changes.whole)
        self._board.arrange_again()
        self._sizes.update(changes, self.lists.measured_tasks)
        self._footer.update()
        if changes.status or changes.rows.chambers:
            self.show_status()
            self._show_hints()
            self._escalate()
        self._set_ticker()

    @property
    def _leaves_the_tasks_alone(self) -> bool:
        """Whether another list, showing all tasks, is in use, or no key was pressed lately."""
        if self.navigation.pane != "tasks" and self.lists.shows_all_tasks:
            return True
        quiet = monotonic() - self.app.typed_at
        return self.navigation.pane == "tasks" and quiet > _QUIET_SECONDS

    def show_status(self) -> None:
        """Write the status line."""
        now = self._clock()
        status = status_of(
            self._view_model,
            self.app.server,
            self._project,
            now,
            lacks_daemon=self.app.lacks_daemon,
        )
        self.status.set_status(status)
        self.app.name_terminal(title_text(status))
        self.app.look_for_occasions()

    def _show_hints(self) -> None:
        """Say what the landing key could land, and what enter does."""
        task, state = self.lists.task_at_hand, self._view_model.state
        self._land_line.show(land_line(task, state, key_of("land").first))

    def _acting_keys(self) -> Sequence[Key]:
        lists, state = self.lists, self._view_model.state
        chamber = lists.chamber
        in_chambers = self.navigation.pane == "chambers"
        return active_keys(
            Selected(
                task=lists.task_at_hand,
                chamber=chamber,
                enter=(self._operator_keys.act if in_chambers else NO_ACT).label,
                anybody_in_need=anybody_in_need(state),
                has_worker=chamber is not None and state.has_worker(chamber),
                runs_worker=chamber is not None and state.running_worker(chamber) is not None,
            )
        )

    def server_changed(self) -> None:
        """Show the server's status; once it is ready, ask it for the diff sizes."""
        self.show_status()
        self._sizes.request(self.lists.measured_tasks)

    def go_to_task(self, task_id: str) -> None:
        """Select a task, even one that the filter hides."""
        self.lists.select_task(task_id)
        self.navigation.go_to("tasks")

    @property
    def ticking(self) -> bool:
        """Whether a timer runs for texts that change by themselves."""
        return self._ticker.running

    @property
    def fetching_sizes(self) -> bool:
        """Whether diff sizes are being fetched."""
        return self._sizes.fetching

    def _tell_of_limits(self, changed: Sequence[Event]) -> None:
        """Call the operator if a spend limit is nearly used up."""
        for line in near_limits(changed):
            self.app.call_operator("A limit is near", line)
            self.app.say(line)

    def _escalate(self) -> None:
        """Announce overdue mail once; its row keeps showing it."""
        if newly_overdue := self._overdue_alerts.newly_overdue():
            line = overdue_line(newly_overdue, self._view_model.state.unread_limit)
            self.app.call_operator("Mail is unread", line)
            self.app.say(line, problem=True)

    def _tick(self) -> None:
        rows = self._view_model.state.refresh_workers()
        self.lists.show_changes(rows)
        self.feed.append(self._drawer_lines.of_changes((), rows.workers))
        self._board.arrange_again()
        self.lists.tick()
        self.status.tick()
        self.show_status()
        self._show_hints()
        self._escalate()
        self.detail.write()
        self._set_ticker()

    def _set_ticker(self) -> None:
        # Rows are built when they are painted; only then is it known when their texts change.
        self.call_after_refresh(self._ring_when_due)

    def _ring_when_due(self) -> None:
        workers = self._view_model.state.workers
        moments = (
            self.lists.next_due,
            self.status.next_due,
            self._overdue_alerts.next_due,
            workers.next_due,
        )
        self._ticker.set(earliest(*moments))

    # What the widgets report

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        self.navigation.follow_focus(event.widget)
        self._footer.update()
        self._show_hints()

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        if event.table is self.lists.tables["tasks"]:
            self.lists.fill_for_task()
            self._sizes.request(self.lists.measured_tasks)
        if event.table is self.navigation.table:
            self.navigation.show_selected()
        self._footer.update()
        self._show_hints()
        self._set_ticker()

    @on(LineTable.Opened)
    def _opened(self) -> None:
        self.navigation.go_to("detail")

    @on(LineTable.Resized)
    def _resized(self) -> None:
        self._board.arrange_again()

    @on(FilterLine.Changed)
    def _filtered(self) -> None:
        self.lists.write_counts()
        self._board.arrange_again()

    @on(DetailArea.TabShown)
    def _tab_shown(self) -> None:
        self.detail.page_opened()

    @on(KeyFooter.KeyPicked)
    async def _key_picked(self, event: KeyFooter.KeyPicked) -> None:
        await self.run_action(event.action)
