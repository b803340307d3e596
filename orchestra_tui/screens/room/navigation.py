"""The keys that move and look: cursor, panes, filter, detail pages, what is listed."""

from typing import Literal, get_args

from textual import events, on
from textual.widget import Widget
from textual.widgets import Input

from orchestra_tui.screens.dialogs.help import Help
from orchestra_tui.screens.room.detail_pages import DetailPages
from orchestra_tui.screens.room.list_filter import ListFilter
from orchestra_tui.screens.room.operator_keys import OperatorKeys
from orchestra_tui.screens.room.room_table import RoomTable
from orchestra_tui.widgets.detail_area import DetailArea
from orchestra_tui.widgets.feed import Feed
from orchestra_tui.widgets.line_table import LineTable
from orchestra_tui.widgets.pane import Pane
from orchestra_tui.widgets.text_view import TextView

PaneName = Literal["tasks", "chambers", "discoveries", "detail", "feed"]
PANES: tuple[PaneName, ...] = get_args(PaneName)
NARROW = 100  # cells; below it the lists and the detail area take turns


class RoomMoves(OperatorKeys):
    """A screen of panes between which the focus moves."""

    tables: dict[PaneName, RoomTable]
    detail: DetailArea
    feed: Feed
    field: Input
    pages: DetailPages
    listing: ListFilter
    pane: PaneName = "tasks"  # the one that has the focus, or had it last

    def relist(self) -> None:
        """Fill the tables anew after a choice of what is listed."""
        raise NotImplementedError

    def pane_entered(self) -> None:
        """Take note that another pane has the focus."""
        raise NotImplementedError

    # Panes

    def action_pane(self, name: PaneName) -> None:
        """Go to a pane."""
        self.split(detail=name == "detail")
        self._target(name).focus()
        self.enter(name)  # at once: the next key may already be meant for this pane

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self._step(1)

    def action_previous_pane(self) -> None:
        """Go to the pane before."""
        self._step(-1)

    def split(self, *, detail: bool) -> None:
        """Show lists and detail area side by side, or where that is too narrow one of them."""
        narrow = self.size.width < NARROW
        self.query_one("#lists").display = not (narrow and detail)
        self.query_one("#detail", Pane).display = detail or not narrow

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        for name in PANES:
            if event.widget is self._target(name) and name != self.pane:
                self.enter(name)

    def enter(self, name: PaneName) -> None:
        """Make a pane the one that keys are meant for."""
        self.pane = name
        self.query_one("#lists").set_class(name == "tasks", "-tasks")
        self.query_one("#lists").set_class(name == "discoveries", "-discoveries")
        self.pane_entered()

    def _target(self, name: PaneName) -> Widget:
        if name == "detail":
            return self.detail.text
        return self.feed if name == "feed" else self.tables[name]

    def _step(self, by: int) -> None:
        names: list[PaneName] = [
            name for name in PANES if name != "feed" or self._target(name).size.height
        ]
        at = names.index(self.pane) if self.pane in names else 0
        self.action_pane(names[(at + by) % len(names)])

    # Lines

    def _lines(self) -> LineTable | TextView | Feed | None:
        widget = self.focused
        return widget if isinstance(widget, LineTable | TextView | Feed) else None

    def action_cursor_down(self) -> None:
        """Go one line down."""
        if (lines := self._lines()) is not None:
            lines.action_cursor_down()

    def action_cursor_up(self) -> None:
        """Go one line up."""
        if (lines := self._lines()) is not None:
            lines.action_cursor_up()

    def action_page_down(self) -> None:
        """Go one page down."""
        if (lines := self._lines()) is not None:
            lines.action_page_down()

    def action_page_up(self) -> None:
        """Go one page up."""
        if (lines := self._lines()) is not None:
            lines.action_page_up()

    def action_cursor_first(self) -> None:
        """Go to the first line."""
        if (lines := self._lines()) is not None:
            lines.action_first()

    def action_cursor_last(self) -> None:
        """Go to the last line."""
        if (lines := self._lines()) is not None:
            lines.action_last()

    # Looking

    def action_open(self) -> None:
        """Open what is selected."""
        table = self.tables.get(self.pane)
        if table is not None and not table.cursor_key:
            self.app.say("enter: nothing is selected here", problem=True)
        else:
            self.action_pane("detail")

    def action_back(self) -> None:
        """Leave the filter, or the detail area for the list it is about."""
        table = self.tables.get(self.pane)
        if table is not None and (table.filter_text or self.field.has_focus):
            self.field.value = ""
            self._leave_filter()
        elif table is None:
            kind = self.pages.subject.kind
            back: PaneName = "discoveries" if kind == "discovery" else "chambers"
            self.action_pane("tasks" if kind in ("task", "none") else back)

    def action_next_tab(self) -> None:
        """Show the detail's next page."""
        self.detail.action_next_tab()

    def action_previous_tab(self) -> None:
        """Show the detail's page before."""
        self.detail.action_previous_tab()

    def action_refresh(self) -> None:
        """Fetch the open page again."""
        self.pages.refresh()

    def action_all_chambers(self) -> None:
        """List chambers and discoveries of all tasks, or of the selected one again."""
        self.listing.every_task = not self.listing.every_task
        self.relist()

    def action_finished(self) -> None:
        """Show or hide what is finished."""
        self.listing.finished = not self.listing.finished
        self.relist()
        self.app.say("Showing what is finished too" if self.listing.finished else "Hiding it")

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen(Help())

    # Filter

    def action_filter(self) -> None:
        """Ask for the words to filter the list by."""
        table = self.tables.get(self.pane)
        if table is None:
            self.app.say("/ filters lists; 1, 2 and 3 go to one", problem=True)
            return
        self.field.value = table.filter_text
        self._show_filter(shown=True)
        self.field.focus()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        table = self.tables.get(self.pane)
        if table is not None and self.field.has_focus:
            table.filter(event.value)
            self.count()

    @on(Input.Submitted, "#filter")
    def _filter_entered(self) -> None:
        self._leave_filter()

    def count(self) -> None:
        """Write the panes' counts and the filters in force."""
        for name, table in self.tables.items():
            pane = self.query_one(f"#{name}-pane", Pane)
            pane.set_count(table.line_count, table.total)
            pane.set_note(f"/{table.filter_text}" if table.filter_text else "")

    def _show_filter(self, *, shown: bool) -> None:
        self.query_one("#filter-line").display = shown

    def _leave_filter(self) -> None:
        table = self.tables[self.pane]
        table.filter(self.field.value)
        self._show_filter(shown=False)
        table.focus()
        self.count()
