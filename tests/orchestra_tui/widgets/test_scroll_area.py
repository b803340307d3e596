import pytest
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.widgets.scroll_area import THUMB, ScrollArea
from tests.support.room.widget_stage import WidgetStage, mounted, painted

HEIGHT = 5


class NumberedLines(ScrollArea):
    """A scrolled list of `count` numbered lines."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    @property
    def line_count(self) -> int:
        return self.count

    def draw(self, y: int, width: int) -> Strip:
        return self.with_edge(self.strip_of((Cell(f"{self.top + y}"),), width - 1), y)


@pytest.mark.parametrize(("top", "shown"), [(-3, 0), (7, 7), (15, 15), (99, 15)])
async def test_scrolling_stops_at_both_ends(top: int, shown: int) -> None:
    area = NumberedLines(20)
    async with WidgetStage(area).run_test(size=(6, HEIGHT)) as pilot:
        await mounted(pilot)
        area.scroll_lines(top)
        assert area.top == shown
        assert painted(area)[0].startswith(f"{shown} ")


async def test_the_thumb_is_at_the_shown_part() -> None:
    area = NumberedLines(20)
    async with WidgetStage(area).run_test(size=(6, HEIGHT)) as pilot:
        await mounted(pilot)
        assert [line.endswith(THUMB) for line in painted(area)] == [True, *[False] * 4]
        area.scroll_lines(99)
        assert [line.endswith(THUMB) for line in painted(area)] == [*[False] * 4, True]


@pytest.mark.parametrize("count", [0, 1, HEIGHT])
async def test_without_hidden_lines_there_is_no_thumb(count: int) -> None:
    area = NumberedLines(count)
    async with WidgetStage(area).run_test(size=(6, HEIGHT)) as pilot:
        await mounted(pilot)
        area.scroll_lines(9)
        assert area.top == 0
        assert not any(THUMB in line for line in painted(area))
