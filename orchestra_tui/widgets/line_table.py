"""A table that asks only for the rows it shows, and paints only changed ones."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from orchestra_core.wording.ages import earliest
from orchestra_tui.presentation.empty_panes import no_match
from orchestra_tui.presentation.rows.cells import Cell, Column, Line
from orchestra_tui.presentation.table.built_rows import BuiltRows
from orchestra_tui.presentation.table.row_source import RowSource
from orchestra_tui.presentation.table.selection import Selection
from orchestra_tui.presentation.table.table_lines import TableLines, group_count, table_lines
from orchestra_tui.presentation.text_fit import fit, wrap
from orchestra_tui.widgets.line_widget import BAND, CURSOR, CURSOR_BLURRED
from orchestra_tui.widgets.scroll_area import ScrollArea

MARK_FOCUSED = "▌"
MARK_BLURRED = "▎"
ROOMY = 8  # lines; a lower table has titles only if all its rows still fit


class LineTable(ScrollArea):
    """Rows under columns, with a cursor that stays on its key through sorting and filtering.

    `show` sets the keys and their order, `changed` names rows whose content changed, `tick` updates
    ages. Rows are built when they come on screen, so filling is cheap. With `heading`, rows of a
    group are below its name (the first name is next to the titles), and long rows have a second
    line, as long as everything fits.
    """

    @dataclass
    class Highlighted(Message):
        """The cursor moved to another key; "" if there is no row."""

        table: "LineTable"
        key: str

        @property
        def control(self) -> "LineTable":
            """The table, for `@on(LineTable.Highlighted, "#tasks")`."""
            return self.table

    @dataclass
    class Opened(Message):
        """The row at the cursor was opened, by key or by a double click."""

        table: "LineTable"
        key: str

        @property
        def control(self) -> "LineTable":
            """The table, for `@on(LineTable.Opened, "#tasks")`."""
            return self.table

    class Resized(Message):
        """The table has another size and may need other lines."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: RowSource,
        *,
        empty: str = "",
        header: bool = True,
        heading: Callable[[str], str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._rows = BuiltRows(rows, columns)
        self._empty = empty
        self._header = header
        self._heading = heading
        self._footnote = ""
        self._lines_shown: TableLines | None = None
        self._selection = Selection(rows.words)
        self._strips: dict[str, Sequence[Strip]] = {}

    # What there is to show

    @property
    def line_count(self) -> int:
        """How many rows the filter shows."""
        return len(self._selection.shown)

    @property
    def total(self) -> int:
        """How many rows there are without the filter."""
        return len(self._selection.all)

    @property
    def window_start(self) -> int:
        """One line for the titles, unless the rows need it or are in groups."""
        if self._lines():
            return 0
        height = self.extent.height
        roomy = height >= ROOMY or len(self._selection.shown) < height
        return 1 if self._header and roomy and self._selection.shown else 0

    @property
    def wanted_height(self) -> int:
        """How many lines show everything: titles or groups, whole rows, and the footnote.

        If there are more rows than the screen has lines, groups and long rows are not counted.
        """
        keys = self._selection.shown
        titles, second_lines = 1, 0
        if self._heading and 0 < len(keys) < self.screen.size.height:
            titles = group_count(keys, self._heading)
            second_lines = sum(map(self._rows.is_long, keys))
        return len(keys) + titles + second_lines + bool(self._footnote)

    @property
    def cursor_key(self) -> str:
        """The key at the cursor; empty if there is no row."""
        return self._selection.key

    @property
    def is_at_first(self) -> bool:
        """Whether the cursor is on the first row."""
        return self._selection.cursor == 0

    @property
    def filter_text(self) -> str:
        """The filter as it was set; empty without one."""
        return self._selection.filter_text

    @property
    def next_due(self) -> int:
        """When the text of a row on screen changes by itself (ms); 0 for never."""
        return earliest(*map(self._rows.due, self.keys_on_screen))

    def show(self, keys: Sequence[str]) -> None:
        """Show the rows of `keys` in this order; the cursor stays on its key if that remains."""
        self._reselect(lambda: self._selection.show(keys))

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show the rows under other columns, of the same number."""
        if self._rows.set_columns(columns):
            self.forget_strips()
            self.refresh()

    def set_footnote(self, text: str) -> None:
        """Show a text below the last row, if there is space."""
        if text != self._footnote:
            self._footnote = text
            self.refresh()

    def set_empty_text(self, text: str) -> None:
        """Show `text` while there is no row."""
        if text != self._empty:
            self._empty = text
            if not self.line_count:
                self.refresh()

    def filter(self, text: str) -> None:
        """Show only the rows that contain every word of `text`; all for an empty text."""
        self._reselect(lambda: self._selection.filter(text))

    def changed(self, keys: Collection[str]) -> None:
        """Note that these rows changed; repaint those on screen that differ."""
        if self._reselect(lambda: self._selection.refresh(keys)):
            return
        on_screen = self.keys_on_screen
        for at, key in enumerate(on_screen, self._first_shown()):
            if key in keys:
                self._rebuild(key, at)
        self._drop(set(keys).difference(on_screen))

    def tick(self) -> None:
        """Repaint the rows on screen whose ages have changed."""
        self.changed(self.keys_on_screen)

    def select(self, key: str) -> None:
        """Put the cursor on `key`; does nothing if it is not shown."""
        if key in self._selection.shown:
            self._move_to(self._selection.shown.index(key))

    # What a person does

    def action_cursor_down(self) -> None:
        """Go to the next row."""
        self._move_to(self._selection.cursor + 1)

    def action_cursor_up(self) -> None:
        """Go to the previous row."""
        self._move_to(self._selection.cursor - 1)

    def action_page_down(self) -> None:
        """Go one page down."""
        self._move_to(self._selection.cursor + self.window_height)

    def action_page_up(self) -> None:
        """Go one page up."""
        self._move_to(self._selection.cursor - self.window_height)

    def action_first(self) -> None:
        """Go to the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._move_to(len(self._selection.shown) - 1)

    def action_open(self) -> None:
        """Open the row at the cursor."""
        if self._selection.key:
            self.post_message(self.Opened(self, self._selection.key))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a double click opens."""
        at = self._row_at(event.y)
        if at is None or event.x >= self.extent.width - 1:
            return
        self._move_to(at)
        if event.chain == 2:  # noqa: PLR2004 - a double click
            self.action_open()

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self._redraw_cursor()

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self._redraw_cursor()

    # Drawing

    def draw(self, y: int, width: int) -> Strip:
        """Return the titles, a row or a blank; for an empty table the text that says so."""
        if not self._selection.shown:
            return self._draw_empty(y, width)
        if y < self.window_start:
            return self._draw_titles(width)
        at = self._row_at(y)
        if at is None:
            return self._draw_beside_rows(y, width)
        key = self._selection.shown[at]
        is_second = self._lines().is_second(y)
        if at == self._selection.cursor:
            return self._draw_cursor(key, y, width)
        strips = self._strips.get(key)
        if strips is None:
            lines = self._rows.lines(key, Cell(" "), in_two=len(self._lines_of(at)) > 1)
            strips = self._strips[key] = [self.strip_of(line, width - 1) for line in lines]
        return self.with_edge(strips[is_second], y)

    def forget_strips(self) -> None:
        """Drop the strips, and lay out the rows in the current width."""
        self._strips.clear()
        self._rows.set_width(self.extent.width - 2)
        self._lines_shown = None

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor on screen at the new size, whose width may need more lines."""
        super().on_resize(event)
        self._keep_in_view()
        self.post_message(self.Resized())

    def _draw_empty(self, y: int, width: int) -> Strip:
        text = no_match(self.filter_text) if self.filter_text and self.total else self._empty
        lines = wrap(text, max(2, width - 4))
        at = y - max(0, min(1, self.extent.height - len(lines)))
        if not 0 <= at < len(lines):
            return self.strip_of((), width)
        return self.strip_of((Cell("  "), Cell(fit(lines[at], width - 2), "muted")), width)

    def _draw_beside_rows(self, y: int, width: int) -> Strip:
        heading = self._lines().heading_at(y)
        if y == 0 and heading is not None:
            return self._draw_titles(width, heading)
        if heading:
            return self._band((Cell(f" {heading}", "strong"),), width)
        last = self._lines_of(len(self._selection.shown) - 1)[-1]
        text = fit(f" {self._footnote}", width) if y == last + 1 else ""
        return self.strip_of((Cell(text, "muted"),), width)

    def _draw_titles(self, width: int, heading: str = "") -> Strip:
        return self._band(self._rows.titles(heading), width)

    def _band(self, line: Line, width: int) -> Strip:
        return self.strip_of(line, width, self.get_component_rich_style(BAND, partial=True))

    def _draw_cursor(self, key: str, y: int, width: int) -> Strip:
        mark = Cell(MARK_FOCUSED, "accent") if self.has_focus else Cell(MARK_BLURRED, "faint")
        over = self.get_component_rich_style(
            CURSOR if self.has_focus else CURSOR_BLURRED, partial=True
        )
        on_lines = self._lines_of(self._selection.cursor)
        line = self._rows.lines(key, mark, in_two=len(on_lines) > 1)[on_lines.index(y)]
        return self.with_edge(self.strip_of(line, width - 1, over), y, over)

    def _rebuild(self, key: str, at: int) -> None:
        was_long = bool(self._lines()) and self._rows.is_long(key)
        if not self._rows.rebuild(key):
            return
        self._strips.pop(key, None)
        if self._lines() and self._rows.is_long(key) != was_long:
            self._lines_shown = None
            self._strips.clear()
            self.refresh()
        for y in self._lines_of(at):
            self.redraw(y)

    def _drop(self, keys: Collection[str]) -> None:
        self._rows.drop(keys)
        for key in keys:
            self._strips.pop(key, None)

    @property
    def keys_on_screen(self) -> Sequence[str]:
        """The keys of the rows on screen."""
        first = self._first_shown()
        return self._selection.shown[first : first + self.window_height]

    # Which lines a row has

    def _lines(self) -> TableLines:
        """Return what each line shows if all rows fit; no lines while the table scrolls."""
        if self._lines_shown is None:
            keys, heading = self._selection.shown if self._heading else (), self._heading or str
            self._lines_shown = table_lines(keys, heading, self._rows.is_long, self.extent.height)
        return self._lines_shown

    def _first_shown(self) -> int:
        return 0 if self._lines() else self.top

    def _lines_of(self, at: int) -> range:
        """Return the widget's lines that show the row with an index."""
        if self._lines():
            return self._lines().of_row(at)
        y = at - self.top + self.window_start
        return range(y, y + 1)

    def _row_at(self, y: int) -> int | None:
        """Return the index of the row on line `y`, None for any other line."""
        if self._lines():
            return self._lines().row_at(y)
        at = self.top + y - self.window_start
        return at if y >= self.window_start and at < len(self._selection.shown) else None

    # Cursor and filter

    def _reselect(self, select: Callable[[], bool | None]) -> bool:
        """Change the selection; unless that returns False, keep the cursor's place on screen."""
        cursor, key = self._selection.cursor, self._selection.key
        if select() is False:
            return False
        self._lines_shown = None
        if self.top:
            self.top += self._selection.cursor - cursor
        self._keep_in_view()
        self._rows.clear()
        self._strips.clear()
        self.refresh()
        if self._selection.key != key:
            self._announce()
        return True

    def _move_to(self, at: int) -> None:
        top = self.top
        self._redraw_cursor()
        if self._selection.move_to(at):
            self._keep_in_view()
            if self.top == top:
                self._redraw_cursor()
            else:
                self.refresh()
            self._announce()

    def _redraw_cursor(self) -> None:
        if not self._selection.shown:
            return
        for y in self._lines_of(self._selection.cursor):
            if self.window_start <= y < self.extent.height:
                self.redraw(y)

    def _keep_in_view(self) -> None:
        if self._lines():  # everything fits
            self.top = 0
            return
        highest = max(self._selection.cursor - self.window_height + 1, 0)
        self.top = min(max(min(self.top, self._selection.cursor), highest), self.lowest_top)

    def _announce(self) -> None:
        self.post_message(self.Highlighted(self, self._selection.key))
