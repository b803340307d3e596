"""Waiting until keys have reached their widget."""

from textual.widgets import Input

from orchestra_tui.widgets.typed import keys_handled
from tests.support.stage import WidgetStage, mounted


async def test_what_was_sent_to_a_widget_is_handled_first() -> None:
    line = Input()
    heard: list[str] = []
    async with WidgetStage(line).run_test(size=(20, 3)) as pilot:
        await mounted(pilot)
        for word in ("one", "two"):
            line.call_later(heard.append, word)
        await keys_handled(line)
        assert heard == ["one", "two"]
