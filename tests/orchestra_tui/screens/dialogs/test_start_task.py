"""The dialog that starts a task."""

from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support import gallery_stories as stories
from tests.support.gallery import FixedTools
from tests.support.room import room_of
from tests.support.tool_answers import (
    started_task,
)


async def test_n_starts_a_task_which_shows_only_with_its_event() -> None:
    tools = FixedTools({"start_task": started_task("t-1", "simple")})
    async with room_of(stories.empty(), tools=tools) as room:
        await room.press("n")
        await room.type("Write a manual")
        await room.press("ctrl+s")
        assert tools.calls == [
            ("start_task", {"description": "Write a manual", "complexity": "auto-detect"})
        ]
        assert room.said == ["Task t-1 started as simple"]
        assert isinstance(room.app.screen, RoomScreen)
        assert "1 Tasks 0" in room.text


async def test_an_empty_description_is_refused_in_the_dialog() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("n", "ctrl+s")
        assert "Type a description" in room.text
        assert room.tools.calls == []


async def test_a_refusal_of_the_tool_is_shown_in_the_dialog_and_the_text_is_kept() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("n")
        await room.type("Write a manual")
        await room.press("ctrl+s")
        assert "start_task is not played in this scene" in room.text
        assert "Write a manual" in room.text
