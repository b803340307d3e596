from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.widgets.text_view import TextView
from tests.support.room.widget_stage import WidgetStage, mounted, painted

HEIGHT = 4


class CountedText(TextView):
    """Remembers which lines it has drawn."""

    drawn: list[int]
    pilot: Pilot[None]

    def draw(self, y: int, width: int) -> Strip:
        self.drawn.append(y)
        return super().draw(y, width)


@asynccontextmanager
async def showing(lines: Sequence[Line]) -> AsyncGenerator[CountedText, None]:
    view = CountedText()
    view.drawn = []
    async with WidgetStage(view).run_test(size=(12, HEIGHT)) as pilot:
        await mounted(pilot)
        view.pilot = pilot
        view.show(lines)
        painted(view)
        view.drawn.clear()
        yield view


def numbered(count: int, word: str = "line") -> list[Line]:
    return [(Cell(f"{word} {number}"),) for number in range(count)]


def texts(view: TextView) -> list[str]:
    return [line[:-1].strip() for line in painted(view)]


async def test_lines_are_shown_from_the_first_and_padded_with_blanks() -> None:
    async with showing(numbered(2)) as view:
        assert texts(view) == ["line 0", "line 1", "", ""]


async def test_a_long_line_is_wrapped() -> None:
    async with showing([(Cell("one two three"),)]) as view:
        assert texts(view)[:2] == ["one two", "three"]


async def test_only_changed_lines_are_drawn_again() -> None:
    async with showing(numbered(3)) as view:
        view.show([*numbered(2), (Cell("other"),)])
        assert texts(view)[:3] == ["line 0", "line 1", "other"]
        assert view.drawn == [2]


async def test_the_same_lines_again_draw_nothing() -> None:
    async with showing(numbered(3)) as view:
        view.show(numbered(3))
        painted(view)
        assert view.drawn == []


async def test_actions_scroll_by_line_by_page_and_to_both_ends() -> None:
    async with showing(numbered(20)) as view:
        tops: list[int] = []
        for action in (
            view.action_cursor_down, view.action_page_down, view.action_page_up,
            view.action_last, view.action_cursor_up, view.action_first,
        ):  # fmt: skip
            action()
            tops.append(view.top)
        assert tops == [1, 5, 1, 16, 15, 0]


async def test_new_lines_keep_the_position_unless_shown_from_the_start() -> None:
    async with showing(numbered(20)) as view:
        view.scroll_lines(7)
        view.show(numbered(20, "other"))
        assert texts(view)[0] == "other 7"
        view.show(numbered(20, "again"), from_start=True)
        assert texts(view)[0] == "again 0"


async def test_a_shorter_text_moves_the_position_to_its_end() -> None:
    async with showing(numbered(20)) as view:
        view.scroll_lines(16)
        view.show(numbered(6))
        assert texts(view) == ["line 2", "line 3", "line 4", "line 5"]


async def drag(view: CountedText, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press the mouse at one cell, and let go at another."""
    await view.pilot.mouse_down(view, offset=start)
    await view.pilot.hover(view, offset=end)
    await view.pilot.mouse_up(view, offset=end)


async def test_what_the_mouse_is_dragged_over_is_chosen_and_a_click_chooses_nothing() -> None:
    async with showing(numbered(3)) as view:
        await drag(view, (1, 0), (4, 1))
        assert view.selected_text == "line 0\nline"
        reversed_texts = [
            "".join(segment.text for segment in strip if segment.style and segment.style.reverse)
            for strip in view.render_lines(view.size.region)
        ]
        assert [text.strip() for text in reversed_texts] == ["line 0", "line", "", ""]
        await drag(view, (2, 1), (2, 1))
        assert not view.selected_text


async def test_a_choice_ends_when_its_words_change_and_not_before() -> None:
    async with showing(numbered(3)) as view:
        await drag(view, (1, 1), (6, 1))
        view.show([*numbered(2), (Cell("other"),)])
        assert view.selected_text == "line 1"
        view.show([(Cell("first"),), *numbered(2)])
        assert not view.selected_text
