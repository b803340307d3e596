"""The keys that act: each is one tool call, or one line that says why not; nothing shows before
its event."""

import pytest

from orchestra_core.events import EventData
from orchestra_tui.screens.dialogs.confirm import Confirm
from orchestra_tui.screens.dialogs.interrupt_editor import InterruptEditor
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support import gallery_stories as stories
from tests.support.gallery import FixedTools
from tests.support.gallery_states import TASK, event, mail
from tests.support.room import calls_of, room_of
from tests.support.tool_answers import (
    closed_chamber,
    created_chambers,
    restored_chamber,
    started_task,
)


async def test_n_starts_a_task_and_nothing_shows_before_its_event() -> None:
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


async def test_a_tools_refusal_stays_in_the_dialog_and_the_text_with_it() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("n")
        await room.type("Write a manual")
        await room.press("ctrl+s")
        assert "start_task is not played in this scene" in room.text
        assert "Write a manual" in room.text


async def test_c_opens_chambers_for_the_selected_task() -> None:
    tools = FixedTools({"create_chambers_batch": created_chambers("a", "b")})
    async with room_of(stories.first_task(), tools=tools) as room:
        await room.press("c")
        await room.type("a, b")
        await room.press("enter")
        assert calls_of(tools, "create_chambers_batch") == [
            {"task_id": TASK, "chamber_names": ["a", "b"]}
        ]
        assert room.said == ["a, b: open"]


async def test_a_bad_chamber_name_is_refused_before_anything_is_sent() -> None:
    async with room_of(stories.first_task()) as room:
        await room.press("c")
        await room.type("../x")
        await room.press("enter")
        assert "chamber name '../x' is not allowed" in room.text
        assert calls_of(room.tools, "create_chambers_batch") == []


async def test_i_interrupts_and_shows_how_far_the_mail_has_come() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "j", "i")
        await room.type("Use S256")
        await room.press("ctrl+r", "ctrl+s")
        assert calls_of(room.tools, "interrupt_worker") == [
            {"task_id": TASK, "chamber": "auth", "message": "Use S256", "requires": "stop"}
        ]
        assert "1 waiting to be stored" in room.text
        steps = ((), (30,), (30, 1_400), (30, 1_400, 2_500))
        kinds = ("interrupt.sent", "interrupt.posted", "interrupt.delivered", "interrupt.acted")
        shown = ("✓ sent", "✓ posted 30ms", "✓ delivered 1.4s", "✓ acted 2.5s")
        for seq, (kind, done, words) in enumerate(zip(kinds, steps, shown, strict=True), 9):
            letter = mail(2, "auth", "Use S256", sent=5_000, steps=done)
            await room.hear(event(seq, 0, kind, "auth", EventData(interrupt=letter)))
            assert words in room.text
        assert isinstance(room.app.screen, InterruptEditor)


async def test_capital_i_writes_to_every_live_chamber_of_the_task() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("I")
        await room.type("Stop and commit")
        await room.press("ctrl+s")
        sent = calls_of(room.tools, "interrupt_worker")
        assert sorted(str(call["chamber"]) for call in sent) == ["api", "auth", "database"]


async def test_a_message_is_sent_once_however_often_the_key_is_pressed() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "i")
        await room.type("Once")
        await room.pilot.press("ctrl+s", "ctrl+s", "ctrl+s")
        await room.press("ctrl+s")
        assert len(calls_of(room.tools, "interrupt_worker")) == 1


async def test_x_asks_says_that_the_worker_is_running_and_only_y_closes() -> None:
    closed = closed_chamber("auth", "refs/orchestra/saved/t/auth/1")
    tools = FixedTools({"close_chamber": closed})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("2", "j", "x")
        assert "Its worker is still working (Edit src/auth/pkce.py)" in room.text
        await room.press("enter")
        assert isinstance(room.app.screen, Confirm)
        await room.press("n")
        assert calls_of(tools, "close_chamber") == []
        await room.press("x", "y")
        (arguments,) = calls_of(tools, "close_chamber")
        assert arguments == {"task_id": TASK, "chamber": "auth", "confirm": True}
        assert room.said == ["auth closed; work saved as refs/orchestra/saved/t/auth/1"]


async def test_capital_r_brings_a_closed_chamber_back_with_its_work() -> None:
    restored = restored_chamber("docs", "/shop/.claude/worktrees/docs")
    tools = FixedTools({"restore_chamber": restored})
    async with room_of(stories.restored(), tools=tools) as room:
        await room.press("2", "G", "R")
        assert calls_of(tools, "restore_chamber") == [{"task_id": TASK, "chamber": "docs"}]
        assert room.said == ["docs restored at /shop/.claude/worktrees/docs"]


async def test_a_refused_restoring_is_said_in_the_tools_own_line() -> None:
    async with room_of(stories.restored()) as room:
        await room.press("2", "G", "R")
        assert room.said == ["restore_chamber is not played in this scene"]


async def test_a_chamber_that_is_live_or_held_no_work_is_not_restored() -> None:
    async with room_of(stories.trouble()) as room:
        await room.press("2", "R", "G", "R", "k", "R")
        assert room.said == [
            "R (restore): api is live, not closed",
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
        ("enter", "enter: nothing selected"),
    ],
)
async def test_a_key_that_cannot_act_says_why(key: str, why: str) -> None:
    async with room_of(stories.empty()) as room:
        await room.press(key)
        assert room.said == [why]
        assert isinstance(room.app.screen, RoomScreen)


async def test_a_failed_chamber_cannot_be_interrupted() -> None:
    async with room_of(stories.trouble()) as room:
        await room.press("2", "G", "i")
        assert room.said == ["i (interrupt): search is not live (failed)"]


async def test_a_finished_task_takes_no_chambers() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("G", "c")
        assert room.said == ["c (chambers): the task is completed; select an open one"]


async def test_help_shows_every_key_and_closes_with_the_key_that_opened_it() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("question_mark")
        assert "Quit; the agents keep working" in room.text
        await room.press("question_mark")
        assert isinstance(room.app.screen, RoomScreen)


async def test_a_click_on_the_footer_does_what_its_key_does() -> None:
    async with room_of(stories.empty()) as room:
        await room.pilot.click("KeyFooter", offset=(17, 0))
        await room.press("shift")
        assert "Start a task" in room.text
