"""The line in which a search is typed."""

from orchestra_tui.widgets.review.search_line import SearchLine
from tests.support.room.widget_stage import WidgetStage, mounted


async def test_enter_searches_for_what_was_typed_and_escape_for_nothing_else() -> None:
    heard: list[str | None] = []
    line = SearchLine(heard.append)
    async with WidgetStage(line).run_test(size=(40, 3)) as pilot:
        await mounted(pilot)
        line.open()
        await pilot.press("d", "e", "f", "enter")
        assert not line.has_class("-open")
        line.open()
        await pilot.press("x", "escape")
        assert heard == ["def", None]
