"""The room's last line but one: whether what is shown is live, and how things stand."""

from textual.strip import Strip

from orchestra_core.clock import Clock, now_ms
from orchestra_tui.presentation.status_text import Status, status_line
from orchestra_tui.widgets.line_widget import LineWidget


class StatusLine(LineWidget):
    """One line made from a `Status`; repainted only when it reads differently."""

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
        """What the line says."""
        return self._status

    def set_status(self, status: Status) -> None:
        """Say something else."""
        if status != self._status:
            self._status = status
            self.refresh()

    def tick(self) -> None:
        """Take note that time has passed."""
        if self.next_due:
            self.refresh()

    def draw(self, y: int, width: int) -> Strip:
        """Return the line."""
        del y
        line, self.next_due = status_line(self._status, self._clock(), width)
        return self.strip_of(line, width)
