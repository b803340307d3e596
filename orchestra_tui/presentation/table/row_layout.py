"""Lays out a row's cells under their columns, in one line or two."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from orchestra_tui.presentation.rows.cells import Cell, Column, Line
from orchestra_tui.presentation.text_fit import fit_cell, split_cell


def row_line(
    cells: Sequence[Cell], mark: Cell, columns: Sequence[Column], widths: Sequence[int]
) -> Line:
    """Return the line of a row, after its mark.

    The text of an overflowing column also uses the following columns that are empty in this row.
    """
    return _line_of(cells, mark, columns, _spans(cells, columns, widths))


def _line_of(
    cells: Sequence[Cell],
    mark: Cell,
    columns: Sequence[Column],
    spans: Iterable[tuple[int, int, str]],
) -> Line:
    line = [mark]
    for at, width, gap in spans:
        line += [Cell(gap, cells[at].tone), *fit_cell(cells[at], width, columns[at].align)]
    return tuple(line)


def row_lines(
    cells: Sequence[Cell],
    mark: Cell,
    columns: Sequence[Column],
    widths: Sequence[int],
    restless: int = -1,
) -> Sequence[Line]:
    """Return a row's line, and a second one with the rest of overflowing texts.

    The text at `restless` alone does not cause a second line.
    """
    if not is_long(cells, columns, widths, restless):
        return [row_line(cells, mark, columns, widths)]
    first = list(cells)
    rests = [Cell("", cell.tone) for cell in cells]
    for at, width in _overflowing(cells, columns, widths):
        first[at], rests[at] = split_cell(cells[at], width)
    spans = list(_spans(cells, columns, widths))
    below = spans  # as in the first line, unless the rest needs columns that are empty there
    if any(_has_rest(rests[at], width) for at, width, _ in spans):
        below = list(_spans(rests, columns, widths))
    return [_line_of(first, mark, columns, spans), _line_of(rests, mark, columns, below)]


def is_long(
    cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], restless: int = -1
) -> bool:
    """Tell whether an overflowing text, other than the one at `restless`, needs a second line."""
    return any(
        _has_rest(cells[at], width)
        for at, width in _overflowing(cells, columns, widths)
        if at != restless
    )


def _has_rest(cell: Cell, width: int) -> bool:
    _, rest = split_cell(cell, width)
    return bool(rest.text or rest.badges)


def _overflowing(
    cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int]
) -> Iterator[tuple[int, int]]:
    spans = _spans(cells, columns, widths)
    return ((at, width) for at, width, _ in spans if columns[at].overflows)


def _spans(
    cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int]
) -> Iterator[tuple[int, int, str]]:
    """Yield each shown cell's index, its width and the gap before it."""
    gap = ""
    shown = [at for at, width in enumerate(widths) if width]
    while shown:
        first = last = shown.pop(0)
        width = widths[first]
        while columns[first].overflows and shown and not cells[shown[0]].text:
            width += columns[last].gap + widths[shown[0]]
            last = shown.pop(0)
        yield first, width, gap
        gap = " " * columns[last].gap


def title_line(columns: Sequence[Column], widths: Sequence[int], heading: str = "") -> Line:
    """Return the columns' titles; `heading` replaces the first one that has a width."""
    titles = [Cell(column.title, "muted") for column in columns]
    if heading:
        at = next((at for at, column in enumerate(columns) if column.title and widths[at]), 0)
        room = sum(widths[: at + 1]) + sum(column.gap for column in columns[:at])
        after = _steady(columns[at + 1 :])
        rest = row_line(titles[at + 1 :], Cell(" " * columns[at].gap), after, widths[at + 1 :])
        return (Cell(" "), *fit_cell(Cell(heading, "strong"), room), *rest)
    return row_line(titles, Cell(" "), _steady(columns), widths)


def _steady(columns: Sequence[Column]) -> list[Column]:
    return [replace(column, overflows=False) for column in columns]
