"""A text to read: lines with tones, wrapped at the widget's width and scrolled by line."""

from collections.abc import Sequence

from textual import events
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import wrap_line
from orchestra_tui.widgets.scroll_area import ScrollArea


class TextView(ScrollArea):
    """Shows lines; new ones that read the same repaint nothing."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes)
        self._given: Sequence[Line] = ()
        self._wrapped: list[Line] = []
        self._strips: dict[int, Strip] = {}

    @property
    def line_count(self) -> int:
        """How many lines there are once wrapped."""
        return len(self._wrapped)

    def show(self, lines: Sequence[Line], *, from_start: bool = False) -> None:
        """Show `lines`, at the same offset as before unless `from_start`."""
        before, top = self._on_screen(), self.top
        count = self.line_count
        if lines != self._given:
            self._given = lines
            self._wrap()
        if from_start:
            self.top = 0
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

    def draw(self, y: int, width: int) -> Strip:
        """Return a wrapped line or a blank."""
        at = self.top + y
        if at >= len(self._wrapped):
            return self.strip_of((), width)
        strip = self._strips.get(at)
        if strip is None:
            strip = self.strip_of((Cell(" "), *self._wrapped[at]), width - 1)
            self._strips[at] = strip
        return self.with_edge(strip, y)

    def forget_strips(self) -> None:
        """Drop the strips."""
        self._strips.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width."""
        super().on_resize(event)
        self._wrap()

    def _on_screen(self) -> list[Line]:
        return self._wrapped[self.top : self.top + self.window_height]

    def _wrap(self) -> None:
        self._strips.clear()
        width = max(2, self.extent.width - 3)
        self._wrapped = [part for line in self._given for part in wrap_line(line, width)]
        self.top = min(self.top, self.lowest_top)
