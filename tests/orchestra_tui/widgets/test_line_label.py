"""A line that is set from outside."""

from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.widgets.line_label import LineLabel
from tests.support.room.widget_stage import WidgetStage, mounted, painted


async def test_the_line_is_cut_at_the_width() -> None:
    label = LineLabel()
    async with WidgetStage(label).run_test(size=(12, 1)) as pilot:
        await mounted(pilot)
        label.show((Cell("Review "), Cell("authentication", "strong")))
        assert painted(label) == [" Review aut…"]
        assert label.text == "Review authentication"
