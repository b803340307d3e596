"""The diff of one file, with a cursor on its lines; only rows on screen are coloured and drawn."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from orchestra_tui.presentation.review.diff_layout import DiffLayout
from orchestra_tui.presentation.review.diff_lines import DiffLine
from orchestra_tui.presentation.review.diff_model import FileDiff
from orchestra_tui.presentation.review.diff_rows import Ground, Piece, row_pieces
from orchestra_tui.presentation.review.spans import Ink
from orchestra_tui.presentation.review.syntax import Syntax
from orchestra_tui.presentation.rows.cells import TONES, Cell, Line, Tone
from orchestra_tui.widgets.line_widget import CURSOR, CURSOR_BLURRED
from orchestra_tui.widgets.scroll_area import ScrollArea

_INKS: tuple[Ink, ...] = ("keyword", "text", "comment", "number", "name", "match")
_GROUNDS: tuple[Ground, ...] = ("added", "removed", "heading", "note")
_CLASSES = {name: f"diff--{name}" for name in (*_INKS, *_GROUNDS)}
_TONE_OF: dict[Ink, Tone] = {tone: tone for tone in TONES}
_CONTEXT = 3  # rows kept visible above and below the cursor


class DiffView(ScrollArea):
    """Shows one file's lines; `show` sets them, and the cursor stays on its line if possible."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(_CLASSES.values())
    DEFAULT_CSS = """
    DiffView {
        & > .diff--keyword { color: $accent; }
        & > .diff--text { color: $warning; }
        & > .diff--comment { color: $foreground-muted; text-style: italic; }
        & > .diff--number { color: $secondary; }
        & > .diff--name { color: $foreground; text-style: bold; }
        & > .diff--match { color: $background; background: $warning; }
        & > .diff--added { background: $success 15%; }
        & > .diff--removed { background: $error 15%; }
        & > .diff--heading { background: $panel; }
        & > .diff--note { background: $surface; }
    }
    """

    @dataclass
    class LineOpened(Message):
        """A line was clicked twice."""

        view: "DiffView"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.split = False
        self.layout_of_file: DiffLayout | None = None
        self.cursor = 0  # index of an item of the layout
        self._marked_from: int | None = None
        self._file: FileDiff | None = None
        self._notes: Mapping[int, Sequence[Line]] = {}
        self._commented: Collection[int] = ()
        self._empty: Sequence[Line] = ()
        self._query = ""
        self._syntax: Syntax | None = None
        self._laid_out_for = 0  # cells
        self._strips: dict[int, Strip] = {}
        self._styles: dict[tuple[Ink, Ground, str], Style] = {}

    # What is shown

    def show(
        self,
        file: FileDiff | None,
        notes: Mapping[int, Sequence[Line]],
        *,
        empty: Sequence[Line] = (),
        at: DiffLine | None = None,
    ) -> None:
        """Show a file's diff at line `at` or, for the same file, where the cursor was.

        `empty` is shown instead if the file has no lines.
        """
        same = file is not None and self._file is not None and file.path == self._file.path
        cursor_line = at or (self.line if same else None)
        row = self.cursor_row - self.top if same and self.layout_of_file else -1
        likely = self.line_number
        if file is not self._file:
            self._file = file
            self._syntax = Syntax(file.path, file.lines) if file else None
        if not same or notes != self._notes:
            self._marked_from = None
        self._notes, self._commented, self._empty = notes, tuple(notes), empty
        self._lay_out()
        self._put_on(cursor_line, row, likely)

    def set_split(self, *, split: bool) -> None:
        """Show old and new side by side, or one below the other."""
        self.split = split
        self._marked_from = None
        self._lay_out_again()

    def search(self, query: str) -> None:
        """Mark the matches of a query; "" marks nothing."""
        self._query = query
        self._strips.clear()
        self.refresh()

    @property
    def line_count(self) -> int:
        """How many rows there are."""
        return self.layout_of_file.row_count if self.layout_of_file else 0

    @property
    def line(self) -> DiffLine | None:
        """The line at the cursor."""
        layout = self.layout_of_file
        if layout is None or self.cursor >= len(layout.items):
            return None
        item = layout.items[self.cursor]
        return layout.lines[layout.line_at(self.cursor)] if item.is_line else None

    @property
    def line_number(self) -> int:
        """The number of the line at the cursor, in the order of the diff; -1 for none."""
        return self.layout_of_file.line_at(self.cursor) if self.line and self.layout_of_file else -1

    @property
    def chosen_lines(self) -> list[DiffLine]:
        """The lines from where choosing began to the cursor, or only the one at the cursor."""
        layout = self.layout_of_file
        if layout is None or self.line is None:
            return []
        first, last = sorted((self.cursor, self._mark))
        items = [at for at in range(first, last + 1) if layout.items[at].is_line]
        return [layout.lines[layout.line_at(at)] for at in items]

    @property
    def cursor_row(self) -> int:
        """The first row of the cursor's line."""
        layout = self.layout_of_file
        return layout.rows_of(self.cursor).start if layout and layout.items else 0

    # Cursor

    def action_cursor_down(self) -> None:
        """Go to the next line."""
        self._step(1)

    def action_cursor_up(self) -> None:
        """Go to the previous line."""
        self._step(-1)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._go_to_row(self.cursor_row + self.window_height - _CONTEXT)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._go_to_row(self.cursor_row - self.window_height + _CONTEXT)

    def action_first(self) -> None:
        """Go to the first line."""
        self._go_to_row(0)

    def action_last(self) -> None:
        """Go to the last line."""
        if self.layout_of_file is not None:
            self.layout_of_file.place_all()
        self._go_to_row(self.line_count - 1)

    def next_hunk(self, by: int) -> bool:
        """Go to the first change of the next or the previous hunk; False if there is none."""
        layout = self.layout_of_file
        change = layout.next_change(self.cursor, by) if layout else None
        if change is not None:
            self._move_to(change)
        return change is not None

    def choose(self) -> bool:
        """Begin or stop choosing lines at the cursor; return whether it has begun."""
        self._marked_from = self.cursor if self._marked_from is None else None
        self._forget(list(self._strips))
        return self._marked_from is not None

    @property
    def choosing(self) -> bool:
        """Whether moving the cursor chooses lines."""
        return self._marked_from is not None

    @property
    def _mark(self) -> int:
        return self.cursor if self._marked_from is None else self._marked_from

    # Drawing

    def draw(self, y: int, width: int) -> Strip:
        """Return a row of the diff, a row of the text shown instead, or a blank."""
        layout = self.layout_of_file
        if layout is None or not layout.items:
            line = self._empty[y - 1] if 0 < y <= len(self._empty) else ()
            return self.strip_of((Cell(" "), *line), width)
        row = self.top + y
        if row >= layout.row_count:
            return self.strip_of((), width)
        strip = self._strips.get(row)
        if strip is None:
            strip = self._strips[row] = self._draw_row(layout, row, width - 1)
        return self.with_edge(strip, y)

    def _draw_row(self, layout: DiffLayout, row: int, width: int) -> Strip:
        place = layout.place(row)
        pieces = row_pieces(
            layout, place, self._spans, width, query=self._query, commented=self._commented
        )
        over = self._over(place.item)
        strip = Strip([Segment(piece.text, self._style(piece, over)) for piece in pieces])
        for line_filter in self._filters:
            strip = strip.apply_filter(line_filter, self._behind)
        return strip

    def _over(self, item: int) -> str:
        if item == self.cursor:
            return CURSOR if self.has_focus else CURSOR_BLURRED
        first, last = sorted((self.cursor, self._mark))
        return CURSOR_BLURRED if first <= item <= last else ""

    def _spans(self, at: int) -> Sequence[tuple[str, Ink]]:
        return self._syntax.spans(at) if self._syntax else ()

    def _style(self, piece: Piece, over: str) -> Style:
        key = (piece.ink, piece.ground, over)
        style = self._styles.get(key)
        if style is None:
            style = self._styles[key] = self._make_style(*key)
        return style

    def _make_style(self, ink: Ink, ground: Ground, over: str) -> Style:
        plain = self.tone("plain")
        tone = _TONE_OF.get(ink)
        color = (
            self.tone(tone)
            if tone
            else self.get_component_rich_style(_CLASSES[ink], partial=ink != "match")
        )
        if ink == "match":
            return plain + color
        behind = over or (_CLASSES[ground] if ground != "plain" else "")
        if not behind:
            return plain + color
        background = self.get_component_rich_style(behind).bgcolor
        return plain + color + Style(bgcolor=background)

    # Layout and repainting

    def forget_strips(self) -> None:
        """Drop strips and styles."""
        self._strips.clear()
        self._styles.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width, and keep the cursor in view."""
        width = self._laid_out_for
        super().on_resize(event)
        if event.size.width != width:
            self._lay_out_again()
        else:
            self._keep_in_view()

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self._forget_item(self.cursor)

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self._forget_item(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a double click opens the line."""
        self._go_to_row(self.top + event.y)
        if event.chain > 1:
            self.post_message(self.LineOpened(self))

    def _lay_out_again(self) -> None:
        cursor_line, likely, row = self.line, self.line_number, self.cursor_row - self.top
        self._lay_out()
        self._put_on(cursor_line, row, likely)

    def _lay_out(self) -> None:
        self._strips.clear()
        self._laid_out_for = self.extent.width
        width = max(20, self.extent.width - 1)
        self.layout_of_file = (
            DiffLayout(self._file, self._notes, width=width, split=self.split)
            if self._file
            else None
        )

    def _put_on(self, line: DiffLine | None, row: int, likely: int = -1) -> None:
        """Put the cursor on a line, `row` rows below the upper edge.

        `likely` is where the line is unless others have changed.
        """
        layout = self.layout_of_file
        self.cursor = 0
        if layout and layout.items:
            at = _nearest(layout.lines, line, likely) if line else -1
            self.cursor = layout.item_of(at) if at >= 0 else layout.first_change(0)
        self.top = 0 if row < 0 else min(max(0, self.cursor_row - row), self.lowest_top)
        self._keep_in_view()
        self.refresh()

    def _step(self, by: int) -> None:
        if self.layout_of_file is not None:
            item = self.layout_of_file.step(self.cursor, by)
            if item == self.cursor:
                self.scroll_lines(self.top + by)  # a heading or a note may be beyond it
            else:
                self._move_to(item)

    def _go_to_row(self, row: int) -> None:
        layout = self.layout_of_file
        if layout is None or not layout.items:
            return
        item = layout.place(min(max(0, row), layout.row_count - 1)).item
        if not layout.items[item].is_line:
            after = layout.step(item, 1)
            item = after if layout.items[after].is_line else layout.step(item, -1)
        if layout.items[item].is_line:
            self._move_to(item)

    def _move_to(self, item: int) -> None:
        before, top = self.cursor, self.top
        self.cursor = item
        if self._marked_from is not None:
            self._forget(list(self._strips))
        self._keep_in_view()
        for each in (before, item):
            self._forget_item(each, paint=top == self.top)
        if top != self.top:
            self.refresh()

    def _keep_in_view(self) -> None:
        layout = self.layout_of_file
        if layout is None or not layout.items:
            return
        rows = layout.rows_of(self.cursor)
        room = min(_CONTEXT, (self.window_height - 1) // 2)
        highest = max(rows.stop + room - self.window_height, 0)
        lowest = max(rows.start - room, 0)
        self.top = max(min(self.top, lowest), min(highest, lowest))
        self.top = min(self.top, self.lowest_top)

    def _forget_item(self, item: int, *, paint: bool = True) -> None:
        layout = self.layout_of_file
        if layout is not None and item < len(layout.items):
            self._forget(layout.rows_of(item), paint=paint)

    def _forget(self, rows: Iterable[int], *, paint: bool = True) -> None:
        for row in rows:
            if self._strips.pop(row, None) is not None and paint:
                self.redraw(row - self.top)


def _nearest(lines: Sequence[DiffLine], line: DiffLine, likely: int) -> int:
    """Return the same line or, if it is gone, the one nearest to its place."""
    if 0 <= likely < len(lines) and lines[likely] == line:
        return likely
    same = [at for at, each in enumerate(lines) if each == line]
    if same:
        return same[0]
    on_side = [at for at, each in enumerate(lines) if each.side == line.side]
    nearest = sorted(on_side, key=lambda at: abs(lines[at].number - line.number))
    return nearest[0] if nearest else -1
