"""What a table asks its rows from."""

from typing import Protocol

from orchestra_tui.presentation.rows.cells import Row


class RowSource(Protocol):
    """Where a table's rows come from; asked only for those that are on screen."""

    def row(self, key: str) -> Row:
        """Return the row of `key` as it reads now."""
        ...

    def words(self, key: str) -> str:
        """Return, case folded, the text in which a filter looks for its words."""
        ...
