"""The line in which a filter is typed; the table changes with each key."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from orchestra_tui.widgets.line_table import LineTable


class FilterLine(Horizontal):
    """Filters one table at a time; hidden until it is opened."""

    @dataclass
    class Changed(Message):
        """The table shows other rows now."""

        table: LineTable

    def __init__(self) -> None:
        super().__init__(id="filter-line")
        self._table: LineTable | None = None
        self._input = Input(placeholder="type to filter", id="filter", compact=True)
        self._input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Put the slash before the words."""
        yield Static("/", markup=False)
        yield self._input

    @property
    def is_open(self) -> bool:
        """Whether the next key is typed into the filter."""
        return self._input.has_focus

    def open(self, table: LineTable) -> None:
        """Let the operator edit the filter of `table`."""
        self._table = table
        self._input.value = table.filter_text
        self.display = True
        self._input.focus()

    def clear(self, table: LineTable) -> None:
        """Remove the filter of `table` and give it the focus."""
        self._input.value = ""
        self._close(table)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._table is not None and self._input.has_focus:
            self._table.filter(event.value)
            self.post_message(self.Changed(self._table))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._table is not None:
            self._close(self._table)

    def _close(self, table: LineTable) -> None:
        table.filter(self._input.value)
        self.display = False
        table.focus()
        self.post_message(self.Changed(table))
