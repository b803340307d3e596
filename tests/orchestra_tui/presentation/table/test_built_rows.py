"""Rows are built once, and laid out in the width of their table."""

from orchestra_tui.presentation.rows.cells import Cell, Column, Row
from orchestra_tui.presentation.table.built_rows import BuiltRows
from tests.support.room.widget_stage import COLUMNS, FixedRows


def test_a_row_is_built_again_only_when_it_is_asked_for() -> None:
    rows = FixedRows(2)
    built = BuiltRows(rows, COLUMNS)
    built.row("k0")
    rows.texts["k0"] = "another"
    assert built.row("k0").cells[1].text == "row 0"
    assert built.rebuild("k0")
    assert not built.rebuild("k0")
    assert built.row("k0").cells[1].text == "another"
    assert rows.asked == ["k0"] * 3


def test_only_a_built_row_is_due() -> None:
    rows = FixedRows(1)
    rows.due = {"k0": 700}
    built = BuiltRows(rows, COLUMNS)
    assert built.due("k0") == 0
    built.row("k0")
    assert built.due("k0") == 700


class LongRows:
    """Rows whose one text is too long for a narrow table."""

    def row(self, key: str) -> Row:
        return Row(key, (Cell("●"), Cell("one two three")))

    def words(self, key: str) -> str:
        return key


def test_whether_a_row_is_long_depends_on_the_width() -> None:
    columns = (COLUMNS[0], Column(title="what", width=8, flex=1, overflows=True))
    built = BuiltRows(LongRows(), columns)
    built.set_width(20)
    assert not built.is_long("k0")
    built.set_width(11)
    assert built.is_long("k0")
    assert len(built.lines("k0", Cell(" "), in_two=True)) == 2
    assert len(built.lines("k0", Cell(" "), in_two=False)) == 1
    assert not built.set_columns(columns)
    assert built.set_columns(COLUMNS)
    assert not built.is_long("k0")
