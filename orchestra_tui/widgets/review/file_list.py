"""The list of a review's files, with the shown one marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.widgets.line_table import MARK_BLURRED
from orchestra_tui.widgets.line_widget import CURSOR
from orchestra_tui.widgets.scroll_area import ScrollArea


class FileList(ScrollArea, can_focus=False):
    """Marks the shown file; a click asks for another one."""

    @dataclass
    class FilePicked(Message):
        """A file was clicked."""

        at: int

    @dataclass
    class Widened(Message):
        """Rows for another width are needed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._rows: Sequence[Line] = ()
        self._at = 0

    @property
    def line_count(self) -> int:
        """How many files there are."""
        return len(self._rows)

    @property
    def row_width(self) -> int:
        """How many cells a row has."""
        return max(12, self.extent.width - 2)

    def show(self, rows: Sequence[Line], at: int) -> None:
        """Show one row per file, and mark the one at `at`."""
        if (rows, at) == (self._rows, self._at):
            return
        self._rows, self._at = rows, at
        highest = max(0, at - self.window_height + 1)
        self.top = min(max(min(self.top, at), highest), self.lowest_top)
        self.refresh()

    def draw(self, y: int, width: int) -> Strip:
        """Return a file's row or a blank."""
        at = self.top + y
        if at >= len(self._rows):
            return self.strip_of((), width)
        if at != self._at:
            return self.with_edge(self.strip_of((Cell(" "), *self._rows[at]), width - 1), y)
        over = self.get_component_rich_style(CURSOR, partial=True)
        line = (Cell(MARK_BLURRED, "accent"), *self._rows[at])
        return self.with_edge(self.strip_of(line, width - 1, over), y)

    def on_resize(self, event: events.Resize) -> None:
        """Ask for rows of the new width."""
        super().on_resize(event)
        self.post_message(self.Widened())

    def on_click(self, event: events.Click) -> None:
        """Ask for the file below the mouse."""
        at = self.top + event.y
        if at < len(self._rows):
            self.post_message(self.FilePicked(at))
