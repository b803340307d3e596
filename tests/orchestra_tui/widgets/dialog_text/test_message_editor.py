"""The editor in which enter sends."""

from typing import ClassVar

import pytest
from textual.app import App, ComposeResult

from orchestra_tui.widgets.dialog_text.message_editor import MessageEditor


class EditorApp(App[None]):
    """Holds one editor and counts what it sends."""

    sent: ClassVar[list[str]] = []

    def compose(self) -> ComposeResult:
        yield MessageEditor()

    def on_message_editor_sent(self) -> None:
        self.sent.append(self.query_one(MessageEditor).text)


@pytest.fixture
def app() -> EditorApp:
    EditorApp.sent.clear()
    return EditorApp()


async def test_enter_sends_what_is_written(app: EditorApp) -> None:
    async with app.run_test() as pilot:
        await pilot.press("h", "i", "enter")
        assert app.sent == ["hi"]
        assert app.query_one(MessageEditor).text == "hi"


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_other_keys_begin_a_new_line(app: EditorApp, key: str) -> None:
    async with app.run_test() as pilot:
        await pilot.press("h", "i", key, "y", "o", "u")
        assert app.query_one(MessageEditor).text == "hi\nyou"
        assert app.sent == []


async def test_a_backslash_before_enter_becomes_a_new_line(app: EditorApp) -> None:
    async with app.run_test() as pilot:
        await pilot.press("h", "i", "backslash", "enter", "y", "o", "u")
        assert app.query_one(MessageEditor).text == "hi\nyou"
        assert app.sent == []


async def test_an_editor_that_is_only_read_sends_nothing(app: EditorApp) -> None:
    async with app.run_test() as pilot:
        app.query_one(MessageEditor).read_only = True
        await pilot.press("enter", "ctrl+j")
        assert app.sent == []
        assert app.query_one(MessageEditor).text == ""
