"""The room's second-last line: whether the view is live, and the counts."""

from textual.strip import Strip

from orchestra_core.clock import Clock, now_ms
from orchestra_tui.presentation.status_text import Status, status_line
from orchestra_tui.widgets.line_widget import LineWidget


class StatusLine(LineWidget):
    """One line made from a `Status`; repainted only if it changes."""

    DEFAULT_CSS = """
    StatusLine { height: 1; }
    """

    def __init__(
        self,
        *,
        clock: Clock = now_ms,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._clock = clock
        self._status = Status()
        self.next_due = 0

    @property
    def status(self) -> Status:
        """The shown status."""
        return self._status

    def set_status(self, status: Status) -> None:
        """Show another status."""
        if status != self._status:
            self._status = status
            self.refresh()

    def tick(self) -> None:
        """Update the ages in the line."""
        if self.next_due:
            self.refresh()

    def draw(self, y: int, width: int) -> Strip:
        """Return the line."""
        del y
        line, self.next_due = status_line(self._status, self._clock(), width)
        return self.strip_of(line, width)
