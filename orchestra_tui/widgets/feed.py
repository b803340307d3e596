"""The feed: the last events as lines, the newest at the bottom."""

from collections import deque
from collections.abc import Callable, Iterable

from textual import events
from textual.strip import Strip

from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.drawer.event_lines import feed_layout
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import fit
from orchestra_tui.widgets.scroll_area import ScrollArea

CAPACITY = 5_000


class Feed(ScrollArea):
    """Follows its end until the operator scrolls up, then counts new lines.

    The oldest line is dropped when `capacity` is reached; nothing grows with the number of events.
    """

    def __init__(
        self,
        *,
        capacity: int = CAPACITY,
        layout: Callable[[Line, int], Line] = feed_layout,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._layout = layout
        self._lines: deque[Line] = deque(maxlen=capacity)
        self._strips: dict[int, Strip] = {}  # by the line's number since the start
        self._taken = 0
        self.following = True
        self.unseen = 0

    @property
    def line_count(self) -> int:
        """How many lines are kept."""
        return len(self._lines)

    def append(self, lines: Iterable[Line]) -> None:
        """Add a batch of lines at the end."""
        before = self._taken
        dropped = self._first_number
        for line in lines:
            self._lines.append(line)
            self._taken += 1
        if self._taken == before:
            return
        if self.following:
            self.top = self.lowest_top
        else:
            self.unseen += self._taken - before
            self.top = max(0, self.top - (self._first_number - dropped))
        self.refresh()

    def clear(self) -> None:
        """Start again, empty, after a new snapshot."""
        self._lines.clear()
        self.forget_strips()
        self.top, self.unseen, self.following = 0, 0, True
        self.refresh()

    def scroll_lines(self, top: int) -> None:
        """Scroll; at the end the feed follows again, above that it stands still."""
        super().scroll_lines(top)
        following = self.top >= self.lowest_top
        if following != self.following:
            self.following = following
            self.refresh()
        if following:
            self.unseen = 0

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
        """Show the oldest line kept."""
        self.scroll_lines(0)

    def action_last(self) -> None:
        """Show the newest line and follow again."""
        self.scroll_lines(self.lowest_top)

    def draw(self, y: int, width: int) -> Strip:
        """Return a line of the feed; while it stands still, the last one says how much is new."""
        if not self._lines:
            text = empty_panes.FEED if y == 1 else ""
            return self.strip_of((Cell("  "), Cell(fit(text, width - 2), "muted")), width)
        if y == self.extent.height - 1 and self.unseen:
            text = f" ↓ {self.unseen:,} new"
            return self.with_edge(self.strip_of((Cell(text, "accent"),), width - 1), y)
        if self.following:
            self.top = self.lowest_top  # an opening drawer is painted before it knows its size
        at = self.top + y
        if at >= len(self._lines):
            return self.strip_of((), width)
        return self.with_edge(self._strip(at, width - 1), y)

    def forget_strips(self) -> None:
        """Drop the strips."""
        self._strips.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Stay at the end, or at the same line, at the new size."""
        super().on_resize(event)
        self.top = self.lowest_top if self.following else min(self.top, self.lowest_top)

    @property
    def _first_number(self) -> int:
        return self._taken - len(self._lines)

    def _strip(self, at: int, width: int) -> Strip:
        number = self._first_number + at
        strip = self._strips.get(number)
        if strip is None:
            if len(self._strips) > 4 * self.window_height:
                self._strips.clear()
            line = self._layout(self._lines[at], width - 2)
            strip = self.strip_of((Cell(" "), *line), width)
            self._strips[number] = strip
        return strip
