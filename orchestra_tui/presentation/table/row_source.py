"""The source of a table's rows."""

from typing import Protocol

from orchestra_tui.presentation.rows.cells import Row


class RowSource(Protocol):
    """The source of a table's rows; asked only for rows on screen."""

    def row(self, key: str) -> Row:
        """Return the current row of `key`."""
        ...

    def words(self, key: str) -> str:
        """Return, case folded, the text that a filter searches."""
        ...
