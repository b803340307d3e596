"""The table: a cursor that stays on its key, and no more painting than there is change."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import MouseScrollDown
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from orchestra_tui.presentation.rows.cells import Column
from orchestra_tui.widgets.line_table import MARK_BLURRED, MARK_FOCUSED, LineTable
from orchestra_tui.widgets.pane import Pane
from orchestra_tui.widgets.scroll_area import THUMB
from tests.support.room.widget_stage import (
    COLUMNS,
    CountingScreen,
    FixedRows,
    WidgetStage,
    mounted,
    painted,
)

WIDTH, HEIGHT = 24, 12  # of the terminal; the pane's border takes two of each


class Watched(LineTable):
    """Remembers the lines it was asked to paint and the messages it sent."""

    drawn: list[int]

    def painting(self, change: Callable[[], None]) -> list[int]:
        """Return the lines that `change` has painted anew."""
        painted(self)
        self.drawn.clear()
        change()
        painted(self)
        return self.drawn

    def draw(self, y: int, width: int) -> Strip:
        self.drawn.append(y)
        return super().draw(y, width)


@asynccontextmanager
async def showing(
    rows: FixedRows,
    empty: str = "Nothing yet. Press n.",
    heading: Callable[[str], str] | None = None,
) -> AsyncGenerator[tuple[Watched, Pilot[None]], None]:
    table = Watched(COLUMNS, rows, empty=empty, heading=heading)
    table.drawn = []
    app = WidgetStage(Pane(table, title="Things"))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        table.show(rows.keys)
        table.focus()
        await mounted(pilot)
        yield table, pilot


async def test_rows_are_shown_below_the_titles_with_the_cursor_marked() -> None:
    async with showing(FixedRows(2)) as (table, _):
        assert [line.rstrip() for line in painted(table)[:4]] == [
            "   what", f"{MARK_FOCUSED}● row 0", " ● row 1", "",
        ]  # fmt: skip


async def test_the_cursor_is_visible_without_colour_with_and_without_focus() -> None:
    async with showing(FixedRows(2)) as (table, pilot):
        pilot.app.set_focus(None)
        await pilot.pause()
        assert painted(table)[1].startswith(MARK_BLURRED)


async def test_only_visible_rows_are_built() -> None:
    rows = FixedRows(10_000)
    async with showing(rows) as (_, __):
        assert len(set(rows.asked)) <= HEIGHT


async def test_only_a_changed_row_is_repainted() -> None:
    rows = FixedRows(50)
    async with showing(rows) as (table, _):
        painted(table)
        rows.texts["k3"] = "another"
        assert table.painting(lambda: table.changed({"k3"})) == [4]
        assert "another" in painted(table)[4]


async def test_hidden_or_unchanged_rows_are_not_repainted() -> None:
    rows = FixedRows(50)
    async with showing(rows) as (table, _):
        painted(table)
        rows.texts["k40"] = "another"
        assert table.painting(lambda: table.changed({"k40", "k3"})) == []
        assert table.painting(table.tick) == []


async def test_a_row_that_changed_while_hidden_is_current_when_shown() -> None:
    rows = FixedRows(50)
    async with showing(rows) as (table, _):
        table.action_last()
        painted(table)
        table.action_first()
        for key in ("k49", "k47"):
            rows.texts[key] = "another"
        table.changed({"k49", "k47"})
        table.action_last()
        shown = painted(table)
        assert "another" in shown[-1]
        assert "another" in shown[-3]


async def test_a_tick_repaints_the_rows_whose_age_has_changed() -> None:
    rows = FixedRows(5)
    async with showing(rows) as (table, _):
        rows.due = {"k2": 700, "k3": 900}
        table.tick()
        assert table.next_due == 700
        painted(table)
        rows.texts["k2"] = "1m"
        assert table.painting(table.tick) == [3]


async def test_the_cursor_stays_on_its_key_when_rows_are_sorted() -> None:
    rows = FixedRows(30)
    async with showing(rows) as (table, _):
        table.select("k3")
        table.show(list(reversed(rows.keys)))
        assert table.cursor_key == "k3"
        assert any(line.startswith(f"{MARK_FOCUSED}● row 3 ") for line in painted(table))


async def test_the_cursor_moves_to_the_neighbour_when_its_row_is_removed() -> None:
    rows = FixedRows(5)
    async with showing(rows) as (table, _):
        table.select("k2")
        table.show([key for key in rows.keys if key != "k2"])
        assert table.cursor_key == "k3"
        table.show([])
        assert table.cursor_key == ""


async def test_a_row_added_above_does_not_move_a_scrolled_view() -> None:
    rows = FixedRows(50)
    async with showing(rows) as (table, _):
        table.select("k40")
        before = painted(table)[-3:]
        table.show(["k0", *rows.keys[:0:-1][::-1]])
        rows.texts["new"] = "new"
        table.show(["new", *rows.keys[:-1]])
        assert painted(table)[-3:] == before


async def test_a_filter_shows_rows_with_all_its_words_and_keeps_the_cursor() -> None:
    rows = FixedRows(30)
    async with showing(rows) as (table, _):
        table.select("k12")
        table.filter(" ROW  2 ")
        assert (table.line_count, table.total) == (12, 30)
        assert table.cursor_key == "k12"
        table.filter("")
        assert (table.line_count, table.cursor_key) == (30, "k12")


async def test_a_row_appears_when_it_starts_to_match_the_filter() -> None:
    rows = FixedRows(30)
    async with showing(rows) as (table, _):
        table.filter("special")
        assert "Nothing matches" in " ".join(painted(table))
        rows.texts["k7"] = "special row"
        table.changed({"k7"})
        assert table.cursor_key == "k7"
        rows.texts["k7"] = "row 7"
        table.changed({"k7"})
        assert table.line_count == 0


async def test_an_empty_table_shows_which_key_to_press() -> None:
    async with showing(FixedRows(0)) as (table, _):
        assert " ".join(" ".join(painted(table)).split()) == "Nothing yet. Press n."


async def test_keys_move_by_line_by_page_and_to_both_ends() -> None:
    async with showing(FixedRows(50)) as (table, _):
        moves = (
            (table.action_cursor_down, "k1"),
            (table.action_page_down, "k10"),
            (table.action_cursor_up, "k9"),
            (table.action_page_up, "k0"),
            (table.action_cursor_up, "k0"),
            (table.action_last, "k49"),
            (table.action_cursor_down, "k49"),
            (table.action_first, "k0"),
        )
        for move, key in moves:
            move()
            assert table.cursor_key == key
            assert any(line.startswith(MARK_FOCUSED) for line in painted(table))


async def test_moving_the_cursor_repaints_two_lines() -> None:
    async with showing(FixedRows(50)) as (table, _):
        assert table.painting(table.action_cursor_down) == [1, 2]


async def test_an_update_of_another_widget_repaints_no_line_of_the_table() -> None:
    async with showing(FixedRows(50)) as (table, _):
        assert table.painting(lambda: _refresh(table.screen)) == []


def _refresh(widget: Widget) -> None:
    widget.refresh()


async def test_a_click_selects_and_a_double_click_opens_a_row() -> None:
    told: list[str] = []

    class Told(WidgetStage):
        def on_line_table_highlighted(self, event: LineTable.Highlighted) -> None:
            told.append(f"highlighted {event.key}")

        def on_line_table_opened(self, event: LineTable.Opened) -> None:
            told.append(f"opened {event.key}")

    rows = FixedRows(5)
    table = LineTable(COLUMNS, rows)
    async with Told(table).run_test(size=(WIDTH, HEIGHT)) as pilot:
        table.show(rows.keys)
        await pilot.click(table, offset=(3, 3))
        await pilot.click(table, offset=(3, 3), times=2)
        await pilot.click(table, offset=(3, 9))
        await pilot.pause()
    assert told == ["highlighted k0", "highlighted k2", "opened k2"]


async def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    async with showing(FixedRows(50)) as (table, pilot):
        table.post_message(MouseScrollDown(table, 3, 3, 0, 1, 0, False, False, False))  # noqa: FBT003 - no modifier keys
        await pilot.pause()
        assert (table.top, table.cursor_key) == (3, "k0")


async def test_the_scroll_thumb_is_shown_only_when_rows_are_hidden() -> None:
    async with showing(FixedRows(50)) as (table, _):
        table.action_last()
        assert painted(table)[-1].endswith(THUMB)
        table.show(["k0"])
        assert not any(line.endswith(THUMB) for line in painted(table))


async def test_dragging_the_thumb_scrolls_the_table() -> None:
    async with showing(FixedRows(50)) as (table, pilot):
        edge = table.size.width - 1
        await pilot.mouse_down(table, offset=(edge, 1))
        await pilot.hover(table, offset=(edge, table.size.height - 1))
        await pilot.mouse_up(table, offset=(edge, table.size.height - 1))
        assert table.top == table.lowest_top


async def test_a_low_table_shows_titles_only_if_its_rows_still_fit() -> None:
    rows = FixedRows(9)
    table = LineTable(COLUMNS, rows)
    async with WidgetStage(table).run_test(size=(WIDTH, 6)) as pilot:
        table.show(rows.keys)
        assert "row 0" in painted(table)[0]
        table.show(rows.keys[:5])
        assert "what" in painted(table)[0]
        await pilot.pause()


async def test_no_operation_of_a_table_causes_a_layout() -> None:
    rows = FixedRows(50)
    async with showing(rows) as (table, pilot):
        screen = table.screen
        assert isinstance(screen, CountingScreen)
        before = screen.layouts
        rows.texts |= {f"n{n}": f"new {n}" for n in range(100)}
        table.show(rows.keys)
        table.changed({"n3", "k3"})
        table.action_last()
        table.filter("new")
        await pilot.pause()
        assert screen.layouts == before


async def test_ten_thousand_rows_are_shown_and_painted_quickly() -> None:
    rows = FixedRows(10_000)
    async with showing(rows) as (table, pilot):
        table.show([])
        keys = rows.keys
        start = time.process_time()
        table.show(keys)
        painted(table)
        took = time.process_time() - start
        await pilot.pause()
    assert took < 0.06  # seconds of this process; measured 0.004


@pytest.fixture
async def wide_open() -> AsyncGenerator[tuple[FixedRows, Watched], None]:
    rows = FixedRows(1)
    async with showing(rows) as (table, _):
        yield rows, table


@given(st.text(st.characters(exclude_categories=()), max_size=50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_gives_lines_exactly_as_wide_as_the_table(
    wide_open: tuple[FixedRows, Watched], text: str
) -> None:
    rows, table = wide_open
    rows.texts["k0"] = text
    table.changed({"k0"})
    for strip in table.render_lines(table.size.region):
        assert strip.cell_length == table.size.width
        assert sum(map(cell_len, strip.text)) == table.size.width


async def test_markup_in_a_row_is_shown_as_text() -> None:
    rows = FixedRows(1)
    rows.texts["k0"] = "[red]x[/red]"
    async with showing(rows) as (table, _):
        assert "[red]x[/red]" in painted(table)[1]


def half(key: str) -> str:
    return "FIRST" if int(key[1:]) < 2 else "SECOND"


async def test_rows_that_fit_stand_below_the_names_of_their_groups() -> None:
    async with showing(FixedRows(3), heading=half) as (table, _):
        assert [line.rstrip() for line in painted(table)[:6]] == [
            " FIRST", f"{MARK_FOCUSED}● row 0", " ● row 1", " SECOND", " ● row 2", "",
        ]  # fmt: skip


async def test_keys_and_clicks_reach_the_rows_and_no_heading() -> None:
    rows = FixedRows(3)
    async with showing(rows, heading=half) as (table, pilot):
        table.action_cursor_down()
        table.action_cursor_down()
        assert table.cursor_key == "k2"
        await pilot.click(table, offset=(4, 3))
        assert table.cursor_key == "k2"
        await pilot.click(table, offset=(4, 1))
        assert table.cursor_key == "k0"
        rows.texts["k2"] = "another"
        assert table.painting(lambda: table.changed({"k2"})) == [4]


async def test_rows_that_fit_without_headings_only_stand_below_the_titles() -> None:
    async with showing(FixedRows(9), heading=half) as (table, _):
        assert painted(table)[0].strip() == "what"
        table.filter("row 0")
        assert [line.rstrip() for line in painted(table)[:2]] == [
            " FIRST",
            f"{MARK_FOCUSED}● row 0",
        ]


async def test_more_rows_than_the_screen_has_lines_are_neither_grouped_nor_built() -> None:
    rows = FixedRows(101)
    async with showing(rows, heading=half) as (table, _):
        rows.asked.clear()
        assert table.wanted_height == 102
        assert rows.asked == []


async def test_a_long_row_goes_on_in_a_second_line_that_belongs_to_it() -> None:
    rows = FixedRows(3)
    rows.texts["k1"] = "a text that is far too long"
    wide = Column(title="what", width=8, flex=1, overflows=True)
    table = Watched((COLUMNS[0], wide), rows, heading=half)
    table.drawn = []
    async with WidgetStage(Pane(table, title="Things")).run_test(size=(WIDTH, HEIGHT)) as pilot:
        table.show(rows.keys)
        table.focus()
        await mounted(pilot)
        assert [line.rstrip() for line in painted(table)[:6]] == [
            " FIRST", f"{MARK_FOCUSED}● row 0", " ● a text that is far", "   too long", " SECOND",
            " ● row 2",
        ]  # fmt: skip
        assert table.wanted_height == 6
        await pilot.click(table, offset=(4, 3))
        assert table.cursor_key == "k1"
        assert painted(table)[3].startswith(MARK_FOCUSED)
        rows.texts["k1"] = "short"
        table.changed({"k1"})
        assert painted(table)[3].strip() == "SECOND"
