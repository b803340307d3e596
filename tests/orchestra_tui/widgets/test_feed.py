"""The feed: follows its end, stands still for a reader, and never grows."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from textual.geometry import Size
from textual.pilot import Pilot

from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.widgets.feed import Feed
from tests.support.room.widget_stage import WidgetStage, mounted, painted

HEIGHT = 8


class Watched(Feed):
    """Tells how many painted lines it keeps."""

    def kept(self) -> int:
        return len(self._strips)


def lines(numbers: Iterable[int]) -> list[Line]:
    return [(Cell("14:03:59"), Cell("auth"), Cell(f"event {number}")) for number in numbers]


@asynccontextmanager
async def showing(
    capacity: int = 100,
) -> AsyncGenerator[tuple[Watched, Pilot[None], WidgetStage], None]:
    feed = Watched(capacity=capacity)
    stage = WidgetStage(feed)
    async with stage.run_test(size=(70, HEIGHT)) as pilot:
        await mounted(pilot)
        yield feed, pilot, stage


def events_on(feed: Feed) -> list[str]:
    """Return the lines without the column of the thumb."""
    return [line[:-1].strip() for line in painted(feed)]


async def test_an_empty_feed_shows_its_placeholder() -> None:
    async with showing() as (feed, _, __):
        assert empty_panes.FEED in "".join(painted(feed))


async def test_the_newest_line_is_at_the_bottom() -> None:
    async with showing() as (feed, _, __):
        feed.append(lines(range(20)))
        shown = events_on(feed)
        assert shown[0].endswith("event 12")
        assert shown[-1].endswith("event 19")


async def test_a_short_history_starts_at_the_top() -> None:
    async with showing() as (feed, _, __):
        feed.append(lines(range(2)))
        assert events_on(feed)[1].endswith("event 1")


async def test_a_scrolled_feed_keeps_its_position_and_counts_new_lines() -> None:
    async with showing() as (feed, _, __):
        feed.append(lines(range(20)))
        feed.action_page_up()
        before = events_on(feed)[:-1]
        feed.append(lines(range(20, 25)))
        assert events_on(feed)[:-1] == before
        assert "↓ 5 new" in painted(feed)[-1]
        assert not feed.following


async def test_a_feed_scrolled_to_the_end_follows_again() -> None:
    async with showing() as (feed, _, __):
        feed.append(lines(range(20)))
        feed.action_first()
        feed.append(lines(range(20, 25)))
        feed.action_last()
        assert feed.following
        assert events_on(feed)[-1].endswith("event 24")
        feed.append(lines([25]))
        assert events_on(feed)[-1].endswith("event 25")
        assert feed.unseen == 0


async def test_a_full_feed_drops_old_lines_and_a_reader_keeps_the_position() -> None:
    async with showing(capacity=20) as (feed, _, __):
        feed.append(lines(range(20)))
        feed.scroll_lines(6)
        before = events_on(feed)[:-1]
        feed.append(lines(range(20, 24)))
        assert feed.line_count == 20
        assert events_on(feed)[:-1] == before


async def test_a_hundred_thousand_lines_leave_little_memory_in_use() -> None:
    async with showing(capacity=50) as (feed, pilot, _):
        for start in range(0, 100_000, 1_000):
            feed.append(lines(range(start, start + 1_000)))
        await pilot.pause()
        painted(feed)
        assert feed.line_count == 50
        assert feed.kept() <= 5 * HEIGHT
        assert events_on(feed)[-1].endswith("event 99999")


async def test_adding_lines_causes_no_layout() -> None:
    async with showing() as (feed, pilot, stage):
        before = stage.counting.layouts
        feed.append(lines(range(300)))
        await pilot.pause()
        assert stage.counting.layouts == before
        assert feed.virtual_size == feed.size


async def test_an_empty_batch_paints_nothing_and_clearing_empties_the_feed() -> None:
    async with showing() as (feed, _, __):
        feed.append([])
        feed.append(lines(range(20)))
        feed.action_first()
        feed.clear()
        assert (feed.line_count, feed.following) == (0, True)


async def test_the_feed_scrolls_by_line_and_by_page() -> None:
    async with showing() as (feed, _, __):
        feed.append(lines(range(50)))
        feed.action_cursor_up()
        assert feed.top == 41
        feed.action_page_up()
        assert feed.top == 33
        feed.action_cursor_down()
        feed.action_page_down()
        assert feed.top == 42


async def test_lines_that_came_while_the_feed_was_hidden_all_show_when_it_opens() -> None:
    async with showing() as (feed, _, __):
        feed.extent = Size(0, 0)
        feed.append(lines(range(5)))
        assert events_on(feed)[:5] == [f"14:03:59  auth              event {n}" for n in range(5)]
