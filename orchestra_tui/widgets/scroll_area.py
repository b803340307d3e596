"""Scrolling for widgets that draw their own lines: an offset, the wheel, a draggable thumb.

The thumb is drawn in the last column, and only if there is more than fits.
"""

from rich.style import Style
from textual import events
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.widgets.line_widget import LineWidget

WHEEL_LINES = 3
THUMB = "▐"


class ScrollArea(LineWidget, can_focus=True):
    """Lines of which as many as the widget's height are on screen, from `top` on."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes)
        self.top = 0
        self._dragging = False
        self._thumb: Strip | None = None
        self._blank: Strip | None = None

    @property
    def line_count(self) -> int:
        """How many lines there are in all."""
        raise NotImplementedError

    @property
    def window_start(self) -> int:
        """How many fixed lines (a header) are above the scrolled ones."""
        return 0

    @property
    def window_height(self) -> int:
        """How many scrolled lines are on screen."""
        return max(1, self.extent.height - self.window_start)

    @property
    def is_dragging(self) -> bool:
        """Whether the mouse holds the thumb."""
        return self._dragging

    @property
    def lowest_top(self) -> int:
        """The offset at which the last line is the last on screen."""
        return max(0, self.line_count - self.window_height)

    def scroll_lines(self, top: int) -> None:
        """Make line `top` the first one, as far as there are lines."""
        top = min(max(0, top), self.lowest_top)
        if top != self.top:
            self.top = top
            self.refresh()

    def thumb_at(self, y: int) -> bool:
        """Tell whether the thumb covers the widget's line `y`."""
        height = self.window_height
        if self.line_count <= height:
            return False
        size = max(1, height * height // self.line_count)
        start = round((height - size) * self.top / self.lowest_top)
        return start <= y - self.window_start < start + size

    def with_edge(self, strip: Strip, y: int, over: Style | None = None) -> Strip:
        """Return a strip with the last column of line `y` added: the thumb or a blank."""
        if self.thumb_at(y):
            return Strip.join([strip, self._thumb or self._make_edges()[0]])
        if over is not None:
            return Strip.join([strip, self.strip_of((), 1, over)])
        return Strip.join([strip, self._blank or self._make_edges()[1]])

    def notify_style_update(self) -> None:
        """Redraw the edge, too."""
        self._thumb = self._blank = None
        super().notify_style_update()

    def _make_edges(self) -> tuple[Strip, Strip]:
        self._thumb = self.strip_of((Cell(THUMB, "faint"),), 1)
        self._blank = self.strip_of((), 1)
        return self._thumb, self._blank

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show later lines."""
        event.stop()
        self.scroll_lines(self.top + WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show earlier lines."""
        event.stop()
        self.scroll_lines(self.top - WHEEL_LINES)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the thumb when the last column is pressed."""
        if event.x == self.extent.width - 1 and self.line_count > self.window_height:
            self._dragging = True
            self.capture_mouse()
            self._drag(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the thumb."""
        if self._dragging:
            self._drag(event.y)

    def on_mouse_up(self) -> None:
        """Let go of the thumb."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def _drag(self, y: int) -> None:
        share = (y - self.window_start) / max(1, self.window_height - 1)
        self.scroll_lines(round(self.lowest_top * share))
