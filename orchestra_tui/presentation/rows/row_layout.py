"""A row's cells side by side under their columns, and rows below the names of their groups."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from orchestra_tui.presentation.rows.cells import Cell, Column, Line
from orchestra_tui.presentation.text_fit import fit_cell

_MANY = 100  # rows; more fit on no screen together with the names of their groups


def group_rows(
    keys: Sequence[str], heading: Callable[[str], str], height: int
) -> Sequence[int | str]:
    """Return what each line shows, a row's index or the name of the group whose rows follow.

    Empty where there is no row, or where all of it does not fit into `height` lines.
    """
    if not 0 < len(keys) < height:
        return ()
    lines: list[int | str] = []
    group = ""
    for at, key in enumerate(keys):
        if heading(key) != group:
            group = heading(key)
            lines.append(group)
        lines.append(at)
    return lines if len(lines) <= height else ()


def group_count(keys: Sequence[str], heading: Callable[[str], str]) -> int:
    """Return how many groups there are, one for more rows than fit on any screen."""
    return len({heading(key) for key in keys}) if len(keys) <= _MANY else 1


def row_line(
    cells: Sequence[Cell], mark: Cell, columns: Sequence[Column], widths: Sequence[int]
) -> Line:
    """Return the line of a row, after its mark.

    The text of a column that overflows also takes the columns after it that are empty in this row.
    """
    line = [mark]
    gap = ""
    shown = [at for at, width in enumerate(widths) if width]
    while shown:
        first = last = shown.pop(0)
        width = widths[first]
        while columns[first].overflows and shown and not cells[shown[0]].text:
            width += columns[last].gap + widths[shown[0]]
            last = shown.pop(0)
        line.append(Cell(gap, cells[first].tone))
        line += fit_cell(cells[first], width, columns[first].align)
        gap = " " * columns[last].gap
    return tuple(line)


def title_line(columns: Sequence[Column], widths: Sequence[int], heading: str = "") -> Line:
    """Return the columns' titles; `heading` stands in place of the first one that has a width."""
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
