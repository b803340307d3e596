"""The rows of a table that were asked for, laid out under its columns."""

from collections.abc import Collection, Sequence

from orchestra_tui.presentation.rows.cells import Cell, Column, Line, Row
from orchestra_tui.presentation.table.row_layout import is_long, row_line, row_lines, title_line
from orchestra_tui.presentation.table.row_source import RowSource
from orchestra_tui.presentation.text_fit import arrange


class BuiltRows:
    """Builds each row once, until it changes, and lays it out in the table's width."""

    def __init__(self, rows: RowSource, columns: Sequence[Column]) -> None:
        self._rows = rows
        self._columns = tuple(columns)
        self._built: dict[str, Row] = {}
        self._long: dict[str, bool] = {}
        self._width = 0
        self._widths: tuple[int, ...] = ()

    def set_columns(self, columns: Sequence[Column]) -> bool:
        """Take other columns, of the same number; return whether they differ."""
        if tuple(columns) == self._columns:
            return False
        self._columns = tuple(columns)
        self.set_width(self._width)
        return True

    def set_width(self, width: int) -> None:
        """Lay out rows in that many cells from now on."""
        self._width = width
        self._widths = arrange(self._columns, width) if width > 0 else ()
        self._long.clear()

    def row(self, key: str) -> Row:
        """Return a row as it was when it was built."""
        row = self._built.get(key)
        if row is None:
            row = self._built[key] = self._rows.row(key)
        return row

    def rebuild(self, key: str) -> bool:
        """Build a row again; return whether its text differs or it was not built before."""
        before = self._built.get(key)
        row = self._built[key] = self._rows.row(key)
        if before is not None and before.cells == row.cells:
            return False
        self._long.pop(key, None)
        return True

    def due(self, key: str) -> int:
        """Return when a built row changes by itself; 0 for never, or before it is built."""
        return self._built[key].due if key in self._built else 0

    def is_long(self, key: str) -> bool:
        """Tell whether a row needs more than one line."""
        if key not in self._long:
            row = self.row(key)
            self._long[key] = is_long(row.cells, self._columns, self._widths, row.restless)
        return self._long[key]

    def lines(self, key: str, mark: Cell, *, in_two: bool) -> Sequence[Line]:
        """Return a row, after its mark, in one line, or in two if it does not fit into one."""
        row = self.row(key)
        if in_two:
            return row_lines(row.cells, mark, self._columns, self._widths, row.restless)
        return [row_line(row.cells, mark, self._columns, self._widths)]

    def titles(self, heading: str) -> Line:
        """Return the titles of the columns, with the name of a group instead of the first."""
        return title_line(self._columns, self._widths, heading)

    def drop(self, keys: Collection[str]) -> None:
        """Forget rows that have changed and are not on screen."""
        for key in keys:
            self._built.pop(key, None)
            self._long.pop(key, None)

    def clear(self) -> None:
        """Forget all rows."""
        self._built.clear()
        self._long.clear()
