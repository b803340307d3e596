"""The help of a review: its keys, from their table."""

from collections.abc import Sequence

from orchestra_tui.key_bindings import Key, keys_of_review
from orchestra_tui.screens.dialogs.help import Help


class ReviewHelp(Help):
    """The keys of a review, one per line."""

    def key_groups(self) -> Sequence[tuple[str, Sequence[Key]]]:
        """Return the keys as one group."""
        return [("Review", keys_of_review())]
