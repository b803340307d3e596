"""One line of text that is set from outside, repainted only if it changes."""

from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import cut_line
from orchestra_tui.widgets.line_widget import LineWidget


class LineLabel(LineWidget):
    """Shows a line, cut at the widget's width."""

    DEFAULT_CSS = """
    LineLabel { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._line: Line = ()

    @property
    def text(self) -> str:
        """The line's text."""
        return "".join(cell.text for cell in self._line)

    def show(self, line: Line) -> None:
        """Change the text."""
        if line != self._line:
            self._line = line
            self.refresh()

    def draw(self, y: int, width: int) -> Strip:
        """Return the line."""
        del y
        return self.strip_of(cut_line((Cell(" "), *self._line), width), width)
