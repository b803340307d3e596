"""The help of a review: its keys, from their table."""

from collections.abc import Iterable

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from orchestra_tui.key_bindings import keys_of_review
from orchestra_tui.screens.dialogs.help import Help, keys_text


class ReviewHelp(Help):
    """The keys of a review, below each other."""

    def fields(self) -> Iterable[Widget]:
        """Yield the keys."""
        yield VerticalScroll(Static(keys_text(keys_of_review())), id="keys")
