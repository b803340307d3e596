from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.widgets import Input

from orchestra_tui.widgets.filter_line import FilterLine
from orchestra_tui.widgets.line_table import LineTable
from tests.support.room.widget_stage import COLUMNS, FixedRows, WidgetStage, mounted


@asynccontextmanager
async def open_filter() -> AsyncGenerator[tuple[FilterLine, LineTable, Pilot[None]], None]:
    rows = FixedRows(12)
    table, line = LineTable(COLUMNS, rows, empty=""), FilterLine()
    async with WidgetStage(table, line).run_test(size=(20, 16)) as pilot:
        table.show(rows.keys)
        line.open(table)
        await mounted(pilot)
        yield line, table, pilot


async def test_an_opened_filter_has_the_focus() -> None:
    async with open_filter() as (line, _, __):
        assert line.is_open
        assert line.display


async def test_each_key_filters_the_table() -> None:
    async with open_filter() as (_, table, pilot):
        await pilot.press("1")
        assert table.filter_text == "1"
        await pilot.press("1")
        assert table.filter_text == "11"


async def test_enter_keeps_the_filter_and_gives_the_table_the_focus() -> None:
    async with open_filter() as (line, table, pilot):
        await pilot.press("7", "enter")
        assert (table.filter_text, table.has_focus, line.is_open) == ("7", True, False)
        assert not line.display


async def test_clearing_removes_the_filter() -> None:
    async with open_filter() as (line, table, pilot):
        await pilot.press("7")
        line.clear(table)
        await pilot.pause()
        assert (table.filter_text, table.has_focus, line.is_open) == ("", True, False)


async def test_an_opened_filter_shows_the_tables_own_words() -> None:
    async with open_filter() as (line, table, pilot):
        await pilot.press("7", "enter")
        line.open(table)
        assert line.query_one(Input).value == "7"
