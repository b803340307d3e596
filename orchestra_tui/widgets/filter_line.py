"""The line for typing a filter; what it filters changes with each key."""

from dataclasses import dataclass
from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class Filtered(Protocol):
    """What a filter narrows: a list, or a page of the details."""

    @property
    def filter_text(self) -> str:
        """The filter as it was set; empty without one."""
        ...

    def filter(self, text: str) -> None:
        """Show only what contains every word of `text`."""
        ...

    def focus(self) -> object:
        """Take the next keys."""
        ...


class FilterLine(Horizontal):
    """Filters one list or page at a time; hidden until it is opened."""

    @dataclass
    class Changed(Message):
        """The filtered list shows other rows now."""

        filtered: Filtered

    def __init__(self) -> None:
        super().__init__(id="filter-line")
        self._filtered: Filtered | None = None
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

    def open(self, filtered: Filtered) -> None:
        """Let the operator edit the filter of `filtered`."""
        self._filtered = filtered
        self._input.value = filtered.filter_text
        self.display = True
        self._input.focus()

    def clear(self, filtered: Filtered) -> None:
        """Remove the filter of `filtered` and give it the focus."""
        self._input.value = ""
        self._close(filtered)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._filtered is not None and self._input.has_focus:
            self._filtered.filter(event.value)
            self.post_message(self.Changed(self._filtered))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._filtered is not None:
            self._close(self._filtered)

    def _close(self, filtered: Filtered) -> None:
        filtered.filter(self._input.value)
        self.display = False
        filtered.focus()
        self.post_message(self.Changed(filtered))
