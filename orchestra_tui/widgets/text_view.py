"""A text to read: lines with tones, wrapped to the widget's width and scrolled by line.

A part of it can be chosen with the mouse.
"""

from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import wrap_line
from orchestra_tui.presentation.text_selection import (
    TextPoint,
    TextSelection,
    WrappedRow,
    selected_text,
)
from orchestra_tui.widgets.scroll_area import ScrollArea

_CHOSEN = Style(reverse=True)


class TextView(ScrollArea):
    """Shows lines; equal new lines repaint nothing."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes)
        self._given: Sequence[Line] = ()
        self._wrapped: list[WrappedRow] = []
        self._selection: TextSelection | None = None
        self._selecting = False
        self._strips: dict[int, Strip] = {}

    @property
    def line_count(self) -> int:
        """How many lines there are after wrapping."""
        return len(self._wrapped)

    def show(self, lines: Sequence[Line], *, from_start: bool = False) -> None:
        """Show `lines`, at the same offset as before unless `from_start`."""
        before, top = self._on_screen(), self.top
        count = self.line_count
        if lines != self._given:
            chosen = self.selected_text
            self._given = lines
            self._wrap()
            if self.selected_text != chosen:
                self.clear_selection()
        if from_start:
            self.top = 0
            self.clear_selection()
        if (self.top, self.line_count) != (top, count):
            self.refresh()  # the thumb has moved too
            return
        for y, (old, new) in enumerate(zip(before, self._on_screen(), strict=True)):
            if old != new:
                self.redraw(y)

    def action_cursor_down(self) -> None:
        """Show one later line."""
        self.scroll_lines(self.top + 1)

    def action_cursor_up(self) -> None:
        """Show one earlier line."""
        self.scroll_lines(self.top - 1)

    def action_page_down(self) -> None:
        """Show the lines after these."""
        self.scroll_lines(self.top + self.window_height)

    def action_page_up(self) -> None:
        """Show the lines before these."""
        self.scroll_lines(self.top - self.window_height)

    def action_first(self) -> None:
        """Show the first line."""
        self.scroll_lines(0)

    def action_last(self) -> None:
        """Show the last line."""
        self.scroll_lines(self.lowest_top)

    # What is chosen with the mouse

    @property
    def selected_text(self) -> str:
        """The chosen words; "" for none."""
        if self._selection is None:
            return ""
        return selected_text(self._selection, self._wrapped, self._given)

    def clear_selection(self) -> None:
        """Choose nothing."""
        if self._selection is not None:
            self._selection = None
            self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to choose, or take hold of the thumb."""
        self.clear_selection()
        super().on_mouse_down(event)
        if not self.is_dragging and event.button == 1:
            self._selecting = True
            self.capture_mouse()
            here = self._point(event)
            self._selection = TextSelection(here, here)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Choose up to the mouse, and scroll if it is above or below the text."""
        super().on_mouse_move(event)
        if self._selecting and self._selection is not None:
            if not 0 <= event.y < self.window_height:
                self.scroll_lines(self.top + (1 if event.y > 0 else -1))
            self._selection = self._selection._replace(head=self._point(event))
            self.refresh()

    def on_mouse_up(self) -> None:
        """Keep what is chosen; a click chooses nothing."""
        super().on_mouse_up()
        if self._selecting:
            self._selecting = False
            self.release_mouse()
            selection = self._selection
            if selection is not None and selection.anchor == selection.head:
                self.clear_selection()

    def _point(self, event: events.MouseEvent) -> TextPoint:
        row = min(max(0, self.top + event.y), max(0, self.line_count - 1))
        return TextPoint(row, max(0, event.x - 1))

    def _with_selection(self, strip: Strip, at: int) -> Strip:
        if self._selection is None or at not in self._selection.rows:
            return strip
        width = strip.cell_length
        start, end = self._selection.cells_of(at, width - 1)
        start, end = start + 1, end + 1  # beyond the margin
        if start >= end:
            return strip
        chosen = strip.crop(start, end).apply_style(_CHOSEN)
        return Strip.join([strip.crop(0, start), chosen, strip.crop(end, width)])

    def draw(self, y: int, width: int) -> Strip:
        """Return a wrapped line or a blank."""
        at = self.top + y
        if at >= len(self._wrapped):
            return self.strip_of((), width)
        strip = self._strips.get(at)
        if strip is None:
            strip = self.strip_of((Cell(" "), *self._wrapped[at].line), width - 1)
            self._strips[at] = strip
        return self.with_edge(self._with_selection(strip, at), y)

    def forget_strips(self) -> None:
        """Drop the strips."""
        self._strips.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width."""
        super().on_resize(event)
        self.clear_selection()
        self._wrap()

    def _on_screen(self) -> list[WrappedRow]:
        return self._wrapped[self.top : self.top + self.window_height]

    def _wrap(self) -> None:
        self._strips.clear()
        width = max(2, self.extent.width - 3)
        self._wrapped = [
            WrappedRow(part, number)
            for number, line in enumerate(self._given)
            for part in wrap_line(line, width)
        ]
        self.top = min(self.top, self.lowest_top)
