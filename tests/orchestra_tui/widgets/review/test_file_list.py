"""The list of a review's files."""

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.widgets.review.file_list import FileList
from tests.support.room.widget_stage import WidgetStage, mounted, painted


async def test_the_file_that_is_shown_is_marked_and_in_view() -> None:
    files = FileList()
    rows: list[Line] = [(Cell(f"file {number}"),) for number in range(30)]
    async with WidgetStage(files).run_test(size=(20, 5)) as pilot:
        await mounted(pilot)
        assert files.row_width == 18
        files.show(rows, 0)
        assert painted(files)[0].startswith("▎file 0")
        files.show(rows, 20)
        assert [line[:8] for line in painted(files) if line[0] == "▎"] == ["▎file 20"]
        files.show(rows, 3)
        assert painted(files)[0].startswith("▎file 3")
