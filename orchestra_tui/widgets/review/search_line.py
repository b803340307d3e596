"""The line in which a search is typed: enter searches, escape closes it."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

Done = Callable[[str | None], None]


class SearchLine(Input):
    """Hidden until `open`; `done` gets the query, None for none, before the next key is handled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "search", "Search", id="search.search"),
        Binding("escape", "drop", "Cancel", id="search.drop"),
    ]
    DEFAULT_CSS = """
    SearchLine {
        display: none;
        height: 1;
        padding: 0 1;
        background: $background;
        background-tint: transparent;
        color: $foreground;
        &.-open { display: block; }
        &:focus { background-tint: transparent; }
    }
    """

    def __init__(self, done: Done) -> None:
        super().__init__(placeholder="search in all files", id="search", compact=True)
        self.cursor_blink = False
        self._done = done

    def open(self) -> None:
        """Let somebody type."""
        self.value = ""
        self.add_class("-open")
        self.screen.set_focus(self)  # at once: the next key may already be for this line

    def action_search(self) -> None:
        """Search for what is typed."""
        self._close(self.value)

    def action_drop(self) -> None:
        """Search for nothing else."""
        self._close(None)

    def _close(self, query: str | None) -> None:
        self.remove_class("-open")
        self._done(query)
