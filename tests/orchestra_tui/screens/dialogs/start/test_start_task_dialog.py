"""The dialog that starts a task."""

from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scenes import FixedTools
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.tool_answers import (
    created_chambers,
    started_task,
    worker_start,
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


async def test_a_task_starts_with_its_chambers_and_a_worker_in_each_by_keys_alone() -> None:
    answers = {
        "start_task": started_task("t-1", "simple"),
        "create_chambers_batch": created_chambers("auth", "api"),
        "start_worker": worker_start(),
    }
    tools = FixedTools(answers)
    async with room_of(stories.empty(), tools=tools) as room:
        await room.press("n")
        await room.type("Add a login")
        await room.press("ctrl+o")
        assert "Name the chambers to start workers in" in room.text
        assert tools.calls == []
        await room.type("auth, api:opencode")
        await room.press("ctrl+r")
        assert "it asks for everything" in room.text
        await room.press("ctrl+o")
        assert calls_of(tools, "create_chambers_batch") == [
            {"task_id": "t-1", "chamber_names": ["auth", "api"]}
        ]
        assert calls_of(tools, "start_worker") == [
            {"task_id": "t-1", "chamber": "auth", "policy": "ask"},
            {"task_id": "t-1", "chamber": "api", "agent": "opencode", "policy": "ask"},
        ]
        assert isinstance(room.app.screen, RoomScreen)


async def test_chambers_without_a_worker_are_opened_with_the_task_by_enter() -> None:
    answers = {
        "start_task": started_task("t-1", "simple"),
        "create_chambers_batch": created_chambers("auth"),
    }
    tools = FixedTools(answers)
    async with room_of(stories.empty(), tools=tools) as room:
        await room.press("n")
        await room.type("Add a login")
        await room.press("tab")
        await room.type("auth")
        await room.press("enter")
        assert [name for name, _ in tools.calls] == ["start_task", "create_chambers_batch"]


async def test_a_bad_name_of_a_chamber_starts_no_task() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("n")
        await room.type("Add a login")
        await room.press("tab")
        await room.type("../x")
        await room.press("enter")
        assert "chamber name '../x' is not allowed" in room.text
        assert room.tools.calls == []
