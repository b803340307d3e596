"""The status line."""

from orchestra_tui.presentation.status_text import Status
from orchestra_tui.widgets.status_line import StatusLine
from tests.support.room.widget_stage import WidgetStage, painted
from tests.support.samples.documents import NOON


async def test_the_status_line_shows_its_status_and_is_due_only_while_it_shows_an_age() -> None:
    now = [NOON]
    line = StatusLine(clock=lambda: now[0])
    async with WidgetStage(line).run_test(size=(60, 4)):
        line.set_status(Status(link="live", server="ready", seq=7))
        assert painted(line)[0].startswith(" ● live  server ready")
        assert line.next_due == 0
        line.set_status(Status(link="lost", link_since=NOON, server="ready"))
        now[0] = NOON + 9_000
        line.tick()
        assert "✗ lost for 9s" in painted(line)[0]
        assert line.next_due == NOON + 10_000
