"""The help of a review: its keys, from their table."""

from collections.abc import Iterable

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from orchestra_tui.key_bindings import keys_of_review
from orchestra_tui.screens.dialogs.help import Help

_KEY_WIDTH = 13


class ReviewHelp(Help):
    """The keys of a review, below each other."""

    def fields(self) -> Iterable[Widget]:
        """Yield the keys."""
        parts: list[tuple[str, str]] = []
        for key in keys_of_review():
            parts.append((f"{key.display.ljust(_KEY_WIDTH)} ", "$accent"))
            parts.append((f"{key.help}\n", ""))
        yield VerticalScroll(Static(Content.assemble(*parts)), id="keys")
