"""Cells side by side, and rows below the names of their groups."""

from orchestra_tui.presentation.rows.cells import Cell, Column, Line
from orchestra_tui.presentation.rows.row_layout import (
    group_count,
    group_rows,
    row_line,
    title_line,
)

COLUMNS = (
    Column(title="", width=1, gap=1),
    Column(title="name", width=6),
    Column(title="does", width=8, overflows=True),
    Column(title="mark", width=5),
    Column(title="for", width=3, align="right"),
)
WIDTHS = (1, 6, 8, 5, 3)


def text(line: Line) -> str:
    return "".join(cell.text for cell in line)


def row(*texts: str) -> str:
    return text(row_line([Cell(each) for each in texts], Cell("|"), COLUMNS, WIDTHS))


def test_a_text_runs_on_over_the_columns_that_are_empty_in_its_row() -> None:
    assert row("●", "auth", "pytest tests", "", "3m") == "|● auth    pytest tests      3m"
    assert row("●", "auth", "pytest tests", "x", "3m") == "|● auth    pytest…   x       3m"


def test_a_heading_stands_in_place_of_the_first_title() -> None:
    assert text(title_line(COLUMNS, WIDTHS)) == "   name    does      mark   for"
    assert text(title_line(COLUMNS, WIDTHS, "STUCK")) == " STUCK     does      mark   for"


def test_rows_stand_below_the_name_of_their_group_where_all_of_it_fits() -> None:
    keys = ["a1", "a2", "b1"]
    assert group_rows(keys, lambda key: key[0], 5) == ["a", 0, 1, "b", 2]
    assert group_rows(keys, lambda key: key[0], 4) == ()
    assert group_rows([], lambda key: key[0], 4) == ()
    assert group_count(keys, lambda key: key[0]) == 2
    assert group_count(["a"] * 101, lambda key: key[0]) == 1
