"""The keys that act: each is one tool call, or one line that says why not; nothing shows before
its event."""

import pytest
from msgspec.structs import replace

from orchestra_core.events import EventData
from orchestra_tui.screens.dialogs.request_dialog import RequestDialog
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import NOW, TASK, event
from tests.support.gallery.scenes import FixedTools
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.documents import a_request
from tests.support.samples.tool_answers import (
    restored_chamber,
)


async def test_capital_r_restores_a_closed_chamber_with_its_work() -> None:
    restored = restored_chamber("docs", "/shop/.claude/worktrees/docs")
    tools = FixedTools({"restore_chamber": restored})
    async with room_of(stories.restored(), tools=tools) as room:
        await room.press("a", "2", "G", "R")
        assert calls_of(tools, "restore_chamber") == [{"task_id": TASK, "chamber": "docs"}]
        assert room.said[1:] == ["docs restored at /shop/.claude/worktrees/docs"]


async def test_a_refused_restore_shows_the_tools_own_line() -> None:
    async with room_of(stories.restored()) as room:
        await room.press("a", "2", "G", "R")
        assert room.said[1:] == ["restore_chamber is not played in this scene"]


async def test_a_chamber_that_is_live_or_had_no_work_is_not_restored() -> None:
    async with room_of(stories.trouble()) as room:
        await room.press("a", "2", "R", "G", "R", "k", "R")
        assert room.said[1:] == [
            "R (restore): auth is live, not closed",
            "R (restore): search is failed, not closed",
            "R (restore): nothing was saved from docs: closed by the operator",
        ]


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("i", "i (interrupt): no chamber selected; press 2 to go to Chambers"),
        ("I", "I (interrupt all): no task selected"),
        ("c", "c (chambers): no task selected; press n to start one"),
        ("x", "x (close): no chamber selected; press 2 to go to Chambers"),
        ("R", "R (restore): no chamber selected; press 2 to go to Chambers"),
        ("A", "A (answer): no worker is asking for anything"),
        ("enter", "enter: nothing selected"),
    ],
)
async def test_a_key_that_cannot_act_shows_the_reason(key: str, why: str) -> None:
    async with room_of(stories.empty()) as room:
        await room.press(key)
        assert room.said == [why]
        assert isinstance(room.app.screen, RoomScreen)


async def test_a_failed_chamber_cannot_be_interrupted() -> None:
    async with room_of(stories.trouble()) as room:
        await room.press("a", "2", "G", "i")
        assert room.said[1:] == ["i (interrupt): search is not live (failed)"]


async def test_chambers_cannot_be_created_for_a_finished_task() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("G", "c")
        assert room.said == ["c (chambers): the task is completed; select an open one"]


async def test_the_key_and_enter_answer_the_selected_chambers_worker_only_where_it_asks() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "A")
        assert room.said == ["A (answer): no worker is asking for anything"]
        request = replace(a_request(), task_id=TASK, asked_at=NOW)
        await room.hear(event(9, 0, "request.asked", "auth", EventData(request=request)))
        await room.press("A")
        assert isinstance(room.app.screen, RequestDialog)
        await room.press("escape", "1", "enter")
        assert isinstance(room.app.screen, RoomScreen)
