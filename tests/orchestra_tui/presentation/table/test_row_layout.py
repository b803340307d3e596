"""Cells side by side, in one line or in two."""

from orchestra_tui.presentation.rows.cells import Cell, Column, Line
from orchestra_tui.presentation.table.row_layout import row_line, row_lines, title_line

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


def two(*texts: str, restless: int = -1) -> list[str]:
    cells = [Cell(each) for each in texts]
    return [text(line) for line in row_lines(cells, Cell("|"), COLUMNS, WIDTHS, restless)]


def test_what_does_not_fit_into_a_line_goes_on_in_a_second_one() -> None:
    assert two("●", "auth", "pytest tests/unit", "x", "3m") == [
        "|● auth    pytest    x       3m",
        "|          tests/unit          ",
    ]
    assert two("●", "auth", "pytest", "x", "3m") == ["|● auth    pytest    x       3m"]


def test_a_restless_text_alone_makes_no_second_line() -> None:
    texts = ("●", "auth", "pytest tests/unit", "x", "3m")
    assert two(*texts, restless=2) == ["|● auth    pytest…   x       3m"]


def test_badges_stand_behind_the_whole_of_a_long_text() -> None:
    cells = [Cell("●"), Cell("auth"), Cell("pytest tests", badges=(Cell("a badge"),)), Cell("")]
    first, second = row_lines([*cells, Cell("3m")], Cell("|"), COLUMNS, WIDTHS)
    assert (text(first), text(second)) == (
        "|● auth    pytest tests      3m",
        "|                  a badge     ",
    )
    cells[2] = Cell("pytest tests/unit -q", badges=(Cell("go on"),))
    first, second = row_lines([*cells, Cell("3m")], Cell("|"), COLUMNS, WIDTHS)
    assert (text(first), text(second)) == (
        "|● auth    pytest            3m",
        "|          tests/unit -q  go on",
    )
