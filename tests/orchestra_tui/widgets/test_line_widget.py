from textual.events import Resize
from textual.geometry import Region, Size
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.widgets.line_widget import LineWidget
from tests.support.room.widget_stage import WidgetStage, mounted, painted


class NumberedLines(LineWidget):
    """Draws the number of each line, and remembers which lines it has drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []

    def draw(self, y: int, width: int) -> Strip:
        self.drawn.append(y)
        return self.strip_of((Cell(f"line {y}"),), width)


async def test_each_line_is_exactly_as_wide_as_the_widget() -> None:
    lines = NumberedLines()
    async with WidgetStage(lines).run_test(size=(10, 3)) as pilot:
        await mounted(pilot)
        assert painted(lines) == ["line 0    ", "line 1    ", "line 2    "]


async def test_a_painted_line_is_kept_until_it_is_redrawn() -> None:
    lines = NumberedLines()
    async with WidgetStage(lines).run_test(size=(10, 3)) as pilot:
        await mounted(pilot)
        painted(lines)
        lines.drawn.clear()
        lines.redraw(1)
        painted(lines)
        assert lines.drawn == [1]


async def test_a_refresh_without_a_region_redraws_every_line() -> None:
    lines = NumberedLines()
    async with WidgetStage(lines).run_test(size=(10, 3)) as pilot:
        await mounted(pilot)
        painted(lines)
        lines.drawn.clear()
        lines.refresh()
        painted(lines)
        assert lines.drawn == [0, 1, 2]


async def test_a_region_outside_the_widget_redraws_nothing() -> None:
    lines = NumberedLines()
    async with WidgetStage(lines).run_test(size=(10, 3)) as pilot:
        await mounted(pilot)
        painted(lines)
        lines.drawn.clear()
        lines.refresh(Region(0, 3, 10, 5))
        painted(lines)
        assert lines.drawn == []


async def test_a_part_of_the_columns_is_cropped() -> None:
    lines = NumberedLines()
    async with WidgetStage(lines).run_test(size=(10, 3)) as pilot:
        await mounted(pilot)
        assert [strip.text for strip in lines.render_lines(Region(2, 0, 4, 1))] == ["ne 0"]


async def test_every_line_is_drawn_again_at_another_width() -> None:
    lines = NumberedLines()
    async with WidgetStage(lines).run_test(size=(10, 3)) as pilot:
        await mounted(pilot)
        await pilot.resize_terminal(12, 2)
        await mounted(pilot)
        assert painted(lines) == ["line 0      ", "line 1      "]


async def test_a_size_that_was_asked_for_before_its_layout_is_reported_too() -> None:
    told: list[Size] = []

    class Resized(NumberedLines):
        def on_resize(self, event: Resize) -> None:
            told.append(event.size)
            super().on_resize(event)

    lines = Resized()
    async with WidgetStage(lines).run_test(size=(10, 3)) as pilot:
        await mounted(pilot)
        told.clear()
        lines.styles.height = 2
        lines.screen._clear_arrangement_cache()  # pyright: ignore[reportPrivateUsage]
        lines.screen._compositor._full_map_invalidated = True  # pyright: ignore[reportPrivateUsage]
        assert lines.region.height == 2
        await mounted(pilot)
        assert told == [Size(10, 2)]
