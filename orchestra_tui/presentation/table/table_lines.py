"""What each line of a table shows, if all of its rows fit.

A line is a row's index, the name of the group whose rows follow, or the second line of a row.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Second(NamedTuple):
    """The second line of the row at an index: what did not fit into its first line."""

    at: int


class TableLines:
    """The lines in order; none if the rows do not fit, so that the table scrolls."""

    def __init__(self, lines: Sequence[int | str | Second] = ()) -> None:
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    def of_row(self, at: int) -> range:
        """Return the lines of the row at an index."""
        first = self.lines.index(at)
        return range(first, first + (2 if self.is_second(first + 1) else 1))

    def row_at(self, y: int) -> int | None:
        """Return the index of the row on line `y`, None for any other line."""
        line = self._at(y)
        if isinstance(line, Second):
            return line.at
        return line if isinstance(line, int) else None

    def heading_at(self, y: int) -> str | None:
        """Return the name on line `y`, "" for titles only, None for any other line."""
        line = self._at(y)
        return line if isinstance(line, str) else None

    def is_second(self, y: int) -> bool:
        """Tell whether line `y` is the second of its row."""
        return isinstance(self._at(y), Second)

    def _at(self, y: int) -> int | str | Second | None:
        return self.lines[y] if 0 <= y < len(self.lines) else None


def table_lines(
    keys: Sequence[str],
    heading: Callable[[str], str],
    is_long: Callable[[str], bool],
    height: int,
) -> TableLines:
    """Return the lines of rows, below titles that also name the first group.

    If not all groups can be named, none is. Spare lines go to rows that are too long for one line,
    the first rows first. There are no lines if the rows do not fit.
    """
    if not 0 < len(keys) < height:
        return TableLines()
    spare = height - len(keys) - 1
    names = group_count(keys, heading) - 1  # the first is next to the titles
    grouped = names <= spare
    spare -= names if grouped else 0
    lines: list[int | str | Second] = [] if grouped else [""]
    group = ""
    for at, key in enumerate(keys):
        if grouped and heading(key) != group:
            group = heading(key)
            lines.append(group)
        lines.append(at)
        if spare and is_long(key):
            lines.append(Second(at))
            spare -= 1
    return TableLines(lines)


def group_count(keys: Sequence[str], heading: Callable[[str], str]) -> int:
    """Return how many groups there are."""
    return len({heading(key) for key in keys})
