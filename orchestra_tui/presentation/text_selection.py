"""A part of a wrapped text chosen with the mouse, and its words without the wrapping."""

from collections.abc import Sequence
from typing import NamedTuple

from orchestra_tui.presentation.rows.cells import Line
from orchestra_tui.presentation.text_fit import fitting_start, inert


class TextPoint(NamedTuple):
    """A cell of a wrapped text."""

    row: int
    cell: int


class WrappedRow(NamedTuple):
    """One row, and the number of the line it is part of."""

    line: Line
    of: int


class TextSelection(NamedTuple):
    """From where the mouse was pressed to where it is; both cells are included."""

    anchor: TextPoint
    head: TextPoint

    def cells_of(self, row: int, width: int) -> tuple[int, int]:
        """Return the range of chosen cells in a row of `width` cells."""
        first, last = sorted((self.anchor, self.head))
        if not first.row <= row <= last.row:
            return 0, 0
        start = first.cell if row == first.row else 0
        end = last.cell + 1 if row == last.row else width
        return min(max(0, start), width), min(max(0, end), width)

    @property
    def rows(self) -> range:
        """The rows that are at least partly chosen."""
        first, last = sorted((self.anchor, self.head))
        return range(first.row, last.row + 1)


def selected_text(
    selection: TextSelection, rows: Sequence[WrappedRow], lines: Sequence[Line]
) -> str:
    """Return the chosen words; the rows of a line are joined again."""
    text = ""
    before: int | None = None
    for at in selection.rows:
        if at >= len(rows):
            break
        row = rows[at]
        whole = text_of(row.line)
        start, end = selection.cells_of(at, len(whole) * 2)
        part = fitting_start(whole, end)[len(fitting_start(whole, start)) :].rstrip()
        if row.of == before:
            text += _separator(text, part, text_of(lines[row.of])) + part.lstrip()
        else:
            text += part if before is None else f"\n{part}"
        before = row.of
    return text


def text_of(line: Line) -> str:
    """Return a line's text as shown on the screen."""
    return "".join(inert(cell.text) for cell in line)


def _separator(before: str, after: str, line: str) -> str:
    """Return "" if a word was broken to fit the width, else a blank."""
    words_before, words_after = before.split(), after.split()
    if not words_before or not words_after:
        return ""
    return "" if words_before[-1] + words_after[0] in line else " "
