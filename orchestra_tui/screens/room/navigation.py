"""The keys that move: between panes, within the focused pane, and into the details."""

from typing import Literal, get_args

from textual.screen import Screen
from textual.widget import Widget

from orchestra_tui.presentation.board.board_layout import BoardNeeds, BoardPane, Enlarged
from orchestra_tui.screens.room.detail.detail_content import DetailKind, DetailSubject
from orchestra_tui.screens.room.detail.detail_pages import DetailPages
from orchestra_tui.screens.room.lists.lists import ListName, Lists
from orchestra_tui.widgets.board import Board
from orchestra_tui.widgets.feed import Feed
from orchestra_tui.widgets.filter_line import FilterLine
from orchestra_tui.widgets.line_table import LineTable
from orchestra_tui.widgets.text_view import TextView

PaneName = Literal["tasks", "chambers", "discoveries", "detail", "feed"]
PANES: tuple[PaneName, ...] = get_args(PaneName)
_DETAILS: dict[ListName, DetailKind] = {
    "tasks": "task",
    "chambers": "chamber",
    "discoveries": "discovery",
}

_SIZES: tuple[Enlarged, ...] = get_args(Enlarged)


class Navigation:
    """Moves focus and cursor, and shows what is selected in the detail area."""

    def __init__(
        self,
        screen: Screen[None],
        lists: Lists,
        detail: DetailPages,
        feed: Feed,
        filter_line: FilterLine,
    ) -> None:
        self.pane: PaneName = "tasks"  # the focused pane, or the last focused one
        self._screen = screen
        self._lists = lists
        self._detail = detail
        self._filter_line = filter_line
        self._board_pane: BoardPane = "tasks"  # like `pane`, but never the drawer
        self._enlarged: Enlarged = 0
        self._widgets: dict[PaneName, Widget] = {
            **lists.tables,
            "detail": detail.area.text,
            "feed": feed,
        }

    @property
    def table(self) -> LineTable | None:
        """The table of the current pane; None in the detail area and the feed."""
        return None if self.pane in ("detail", "feed") else self._lists.tables[self.pane]

    # Panes

    def go_to(self, name: PaneName) -> None:
        """Give a pane the focus."""
        if name == "feed":
            self._screen.add_class("-drawer")
        self._widgets[name].focus()
        self.enter(name)  # at once: the next key may already be for this pane
        self._use_pane()

    def go_to_chamber(self, key: str) -> None:
        """Put the cursor on a chamber of any task."""
        self._lists.select_chamber(key)
        self.go_to("chambers")

    def go_to_next_in_need(self) -> bool:
        """Go to the next chamber whose worker needs somebody; False if there is none."""
        here = self._lists.tables["chambers"].cursor_key if self.pane == "chambers" else ""
        key = self._lists.next_in_need(here)
        if key:
            self.go_to_chamber(key)
        return bool(key)

    def next_pane(self) -> None:
        """Give the next pane the focus."""
        self._step(1)

    def previous_pane(self) -> None:
        """Give the previous pane the focus."""
        self._step(-1)

    @property
    def drawer_is_open(self) -> bool:
        """Whether the drawer of events is open."""
        return self._screen.has_class("-drawer")

    def toggle_drawer(self) -> None:
        """Open the drawer of events and go there; close it from anywhere."""
        if self.drawer_is_open:
            self._close_drawer()
        else:
            self.go_to("feed")

    def _close_drawer(self) -> None:
        self._screen.remove_class("-drawer")
        if self.pane == "feed":
            self.go_to(self._board_pane)

    def enlarge(self, by: int) -> None:
        """Give the current pane more or less of the board: as usual, most of it, all of it."""
        self._enlarged = _SIZES[min(max(0, self._enlarged + by), len(_SIZES) - 1)]
        self._use_pane()

    @property
    def needs(self) -> BoardNeeds:
        """How many lines the lists need, and which pane is in use."""
        heights = (table.wanted_height for table in self._lists.tables.values())
        return BoardNeeds(*heights, used=self._board_pane, enlarged=self._enlarged)

    def _use_pane(self) -> None:
        """Resize the panes for the current one; not after a click, which would miss its pane."""
        if self.pane != "feed":
            self._board_pane = self.pane
        self._screen.query_one(Board).arrange_again()

    def follow_focus(self, widget: Widget) -> None:
        """Enter the pane of the widget that got the focus, for example by a click."""
        for name in PANES:
            if widget is self._widgets[name] and name != self.pane:
                self.enter(name)

    def enter(self, name: PaneName) -> None:
        """Make a pane the one that keys act on."""
        self.pane = name
        self.show_selected()

    def show_selected(self) -> None:
        """Show what is selected in the current list; does nothing in the other panes."""
        if self.pane in ("detail", "feed"):
            return
        key = self._lists.tables[self.pane].cursor_key
        self._detail.show(DetailSubject(_DETAILS[self.pane], key) if key else DetailSubject())

    def leave(self) -> None:
        """Clear the filter, close the drawer, or go back from the details to the list."""
        table = self.table
        if self._detail.area.text.selected_text:
            self._detail.area.text.clear_selection()
        elif self.pane == "feed":
            self._close_drawer()
        elif table is None and (self._detail.filter_text or self._filter_line.is_open):
            self._filter_line.clear(self._detail)
        elif table is None:
            kind = self._detail.subject.kind
            back: PaneName = "discoveries" if kind == "discovery" else "chambers"
            self.go_to("tasks" if kind in ("task", "none") else back)
        elif table.filter_text or self._filter_line.is_open:
            self._filter_line.clear(table)

    def _step(self, by: int) -> None:
        names: list[PaneName] = [name for name in PANES if name != "feed" or self.drawer_is_open]
        at = names.index(self.pane) if self.pane in names else 0
        self.go_to(names[(at + by) % len(names)])

    # Cursor

    def cursor_down(self) -> None:
        """Go one line down."""
        if area := self._focused_area():
            area.action_cursor_down()

    def cursor_up(self) -> None:
        """Go one line up."""
        if area := self._focused_area():
            area.action_cursor_up()

    def page_down(self) -> None:
        """Go one page down."""
        if area := self._focused_area():
            area.action_page_down()

    def page_up(self) -> None:
        """Go one page up."""
        if area := self._focused_area():
            area.action_page_up()

    def first_line(self) -> None:
        """Go to the first line."""
        if area := self._focused_area():
            area.action_first()

    def last_line(self) -> None:
        """Go to the last line."""
        if area := self._focused_area():
            area.action_last()

    def _focused_area(self) -> LineTable | TextView | Feed | None:
        widget = self._screen.focused
        return widget if isinstance(widget, LineTable | TextView | Feed) else None
