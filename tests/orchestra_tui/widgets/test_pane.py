"""Panes frame the lists, with their counts."""

from textual.containers import Vertical

from orchestra_tui.widgets.feed import Feed
from orchestra_tui.widgets.pane import Pane
from tests.support.room.widget_stage import WidgetStage, painted


async def test_the_title_of_a_pane_shows_the_count_and_the_filter() -> None:
    pane = Pane(Feed(), title="Tasks")
    async with WidgetStage(pane).run_test(size=(40, 8)):
        pane.set_count(12, 12)
        assert str(pane.border_title) == "Tasks 12"
        pane.set_count(3, 12)
        assert str(pane.border_title) == "Tasks 3 of 12"
        pane.set_note("/auth")
        assert str(pane.border_subtitle) == "/auth"


async def test_markup_in_the_title_of_a_pane_is_shown_as_text() -> None:
    pane = Pane(Feed(), title="[red]x[/]")
    async with WidgetStage(pane).run_test(size=(40, 8)):
        assert "[red]x[/]" in painted(pane)[0]
        pane.set_title("[b]")
        assert "[b]" in painted(pane)[0]


async def test_the_pane_with_the_focus_has_another_border() -> None:
    first, second = Pane(Feed(id="a"), title="A"), Pane(Feed(), title="B")
    async with WidgetStage(Vertical(first, second)).run_test(size=(40, 12)) as pilot:
        first.query_one("#a").focus()
        await pilot.pause()
        assert first.styles.border != second.styles.border
