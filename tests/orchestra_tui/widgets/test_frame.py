"""What frames the lists: panes with their counts, and the status line."""

from textual.containers import Vertical

from orchestra_tui.presentation.status_text import Status
from orchestra_tui.widgets.feed import Feed
from orchestra_tui.widgets.pane import Pane
from orchestra_tui.widgets.status_line import StatusLine
from tests.support.samples import NOON
from tests.support.stage import Stage, painted


async def test_a_pane_tells_how_many_there_are_and_what_the_filter_holds_back() -> None:
    pane = Pane(Feed(), title="Tasks")
    async with Stage(pane).run_test(size=(40, 8)):
        pane.set_count(12, 12)
        assert str(pane.border_title) == "Tasks 12"
        pane.set_count(3, 12)
        assert str(pane.border_title) == "Tasks 3 of 12"
        pane.set_note("/auth")
        assert str(pane.border_subtitle) == "/auth"


async def test_a_panes_title_is_no_markup() -> None:
    pane = Pane(Feed(), title="[red]x[/]")
    async with Stage(pane).run_test(size=(40, 8)):
        assert "[red]x[/]" in painted(pane)[0]
        pane.set_title("[b]")
        assert "[b]" in painted(pane)[0]


async def test_the_pane_with_the_focus_has_another_border() -> None:
    first, second = Pane(Feed(id="a"), title="A"), Pane(Feed(), title="B")
    async with Stage(Vertical(first, second)).run_test(size=(40, 12)) as pilot:
        first.query_one("#a").focus()
        await pilot.pause()
        assert first.styles.border != second.styles.border


async def test_the_status_line_says_what_it_is_told_and_ticks_only_when_an_age_shows() -> None:
    now = [NOON]
    line = StatusLine(clock=lambda: now[0])
    async with Stage(line).run_test(size=(60, 4)):
        line.set_status(Status(link="live", server="ready", seq=7))
        assert painted(line)[0].startswith(" ● live  server ready")
        assert line.next_due == 0
        line.set_status(Status(link="lost", link_since=NOON, server="ready"))
        now[0] = NOON + 9_000
        line.tick()
        assert "✗ lost for 9s" in painted(line)[0]
        assert line.next_due == NOON + 10_000
