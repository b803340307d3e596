"""The detail area: tabs over a text that wraps and scrolls."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.widgets.detail_area import DetailArea, TabLine
from tests.support.room.widget_stage import WidgetStage, mounted, painted

TABS = ("overview", "diff", "mail")


@asynccontextmanager
async def showing() -> AsyncGenerator[tuple[DetailArea, Pilot[None], list[str]], None]:
    told: list[str] = []

    class Told(WidgetStage):
        def on_detail_area_tab_shown(self, event: DetailArea.TabShown) -> None:
            told.append(event.name)

    area = DetailArea(TABS)
    async with Told(area).run_test(size=(40, 10)) as pilot:
        await mounted(pilot)
        yield area, pilot, told


def lines(count: int) -> list[Line]:
    return [(Cell(f"line {number}"),) for number in range(count)]


async def test_the_open_tab_is_marked_without_colour() -> None:
    async with showing() as (area, _, __):
        assert painted(area.query_one(TabLine))[0].split() == ["[overview]", "diff", "mail"]


async def test_tabs_cycle_in_both_directions_and_each_change_is_posted() -> None:
    async with showing() as (area, pilot, told):
        area.action_next_tab()
        area.action_next_tab()
        area.action_next_tab()
        area.action_previous_tab()
        await pilot.pause()
        assert told == ["diff", "mail", "overview", "mail"]


async def test_a_click_on_a_name_opens_its_tab() -> None:
    async with showing() as (area, pilot, told):
        await pilot.click(TabLine, offset=(14, 0))
        await pilot.pause()
        assert (area.tab, told) == ("diff", ["diff"])


async def test_replacing_the_tabs_keeps_the_open_one_if_it_still_exists() -> None:
    async with showing() as (area, pilot, told):
        area.show_tab("mail")
        area.set_tabs(("overview", "mail"))
        assert area.tab == "mail"
        area.set_tabs(("overview",))
        await pilot.pause()
        assert told == ["mail", "overview"]


async def test_a_long_text_scrolls_and_keeps_its_position_when_rewritten() -> None:
    async with showing() as (area, _, __):
        area.set_content(lines(50))
        area.text.action_page_down()
        area.text.action_cursor_down()
        area.set_content([*lines(49), (Cell("changed"),)])
        assert painted(area.text)[0].strip().startswith("line 10")
        area.text.action_last()
        assert painted(area.text)[-1].split()[0] == "changed"
        area.set_content(lines(30), from_start=True)
        assert painted(area.text)[0].split()[:2] == ["line", "0"]


async def test_a_text_is_wrapped_again_at_another_width() -> None:
    async with showing() as (area, pilot, _):
        area.set_content([(Cell("word " * 12),)])
        await pilot.pause()
        assert area.text.line_count == 2
        await pilot.resize_terminal(20, 10)
        await pilot.pause()
        assert area.text.line_count == 4


async def test_a_tall_area_separates_tabs_and_text() -> None:
    async with showing() as (area, pilot, _):
        assert area.text.region.y == 1
        await pilot.resize_terminal(40, 30)
        await pilot.pause()
        assert area.text.region.y == 2


async def test_only_changed_lines_are_repainted() -> None:
    async with showing() as (area, pilot, _):
        area.set_content(lines(5))
        await pilot.pause()
        drawn: list[int] = []
        draw = area.text.draw

        def noted(y: int, width: int) -> Strip:
            drawn.append(y)
            return draw(y, width)

        area.text.draw = noted
        area.set_content(lines(5))
        await pilot.pause()
        assert drawn == []
        area.set_content([*lines(4), (Cell("line other"),)])
        await pilot.pause()
        assert drawn == [4]
