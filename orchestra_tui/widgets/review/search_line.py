"""The line for typing a search: enter searches, escape closes it."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

Done = Callable[[str | None], None]


class SearchLine(Input):
    """Hidden until `open`; `done` is called with the query, or None, before the next key."""

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
        """Open the line."""
        self.value = ""
        self.add_class("-open")
        self.screen.set_focus(self)  # at once: the next key may already be for this line

    def action_search(self) -> None:
        """Search for the typed text."""
        self._close(self.value)

    def action_drop(self) -> None:
        """Close the line without a new search."""
        self._close(None)

    def _close(self, query: str | None) -> None:
        self.remove_class("-open")
        self._done(query)
