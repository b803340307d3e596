"""The diff of one file on the screen: cursor, hunks, choice, search, and what is painted."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from textual.strip import Strip

from orchestra_tui.presentation.review.diff_model import FileDiff, parse_diff
from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.widgets.review.diff_view import DiffView
from tests.support.room.widget_stage import WidgetStage, mounted, painted
from tests.support.samples.reviews import file_diffs, long_diff

SIZE = (72, 12)


class CountedDiff(DiffView):
    """Remembers which lines it has drawn."""

    drawn: list[int]

    def draw(self, y: int, width: int) -> Strip:
        self.drawn.append(y)
        return super().draw(y, width)


@asynccontextmanager
async def showing(
    file: FileDiff | None, size: tuple[int, int] = SIZE
) -> AsyncGenerator[CountedDiff]:
    view = CountedDiff()
    view.drawn = []
    async with WidgetStage(view).run_test(size=size) as pilot:
        await mounted(pilot)
        view.show(file, {}, empty=[(Cell("nothing here"),)])
        painted(view)
        view.drawn.clear()
        yield view


def text_at(view: DiffView) -> str:
    assert view.line is not None
    return view.line.text.strip()


async def test_the_cursor_begins_at_the_first_change_and_goes_from_hunk_to_hunk() -> None:
    async with showing(file_diffs()[1]) as view:
        assert text_at(view) == "session.lasts(hours=24)"
        assert view.next_hunk(1)
        assert text_at(view).startswith("old = [each for each in self._store if")
        assert not view.next_hunk(1)
        assert view.next_hunk(-1)
        assert text_at(view) == "session.lasts(hours=24)"


async def test_a_step_repaints_the_two_lines_that_it_concerns() -> None:
    async with showing(file_diffs()[1]) as view:
        view.action_cursor_down()
        painted(view)
        assert sorted(view.drawn) == [3, 4]


async def test_the_cursor_stays_on_its_line_and_its_row_when_a_note_comes_above_it() -> None:
    async with showing(file_diffs()[1]) as view:
        file = file_diffs()[1]
        view.show(file, {}, at=file.lines[6])
        row = view.cursor_row - view.top
        view.show(file_diffs()[1], {0: [(Cell("a note"),)]})
        assert text_at(view) == "raise Taken(user)"
        assert view.cursor_row - view.top == row


async def test_several_lines_can_be_chosen() -> None:
    async with showing(file_diffs()[0]) as view:
        assert view.choose()
        view.action_cursor_down()
        view.action_cursor_down()
        assert [line.new for line in view.chosen_lines] == [1, 2, 3]
        assert not view.choose()
        assert [line.new for line in view.chosen_lines] == [3]


async def test_side_by_side_keeps_the_line() -> None:
    async with showing(file_diffs()[1], (120, 12)) as view:
        view.next_hunk(1)
        view.set_split(split=True)
        assert text_at(view).startswith("old = [each for each in self._store.all()")
        (row,) = [line for line in painted(view) if "self._store.all()" in line]
        assert "│" in row
        assert "in self._store if" in row


async def test_a_file_without_lines_shows_words_in_their_place() -> None:
    async with showing(None) as view:
        assert painted(view)[1].strip() == "nothing here"
        view.action_page_down()
        view.action_last()
        assert view.line is None
        assert view.chosen_lines == []


async def test_of_twenty_thousand_lines_only_those_on_screen_are_drawn() -> None:
    diff = long_diff(20_000)
    (file,) = parse_diff(diff.diff, diff.files)
    async with showing(file) as view:
        view.action_last()
        lines = painted(view)
        assert "handler_19999" in lines[-1]
        assert len(view.drawn) <= 2 * SIZE[1]
        view.action_page_up()
        assert text_at(view).startswith("def handler_1999")
        view.action_first()
        assert view.top == 0
