"""s, S, r and u: how strong a message is, and taking it back."""

import pytest
from msgspec.structs import replace

from orchestra_core.events import EventData
from orchestra_tui.screens.dialogs.confirm import Confirm
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import NOW, TASK, event, mail
from tests.support.gallery.scenes import FixedTools
from tests.support.room.headless_room import Room, calls_of, room_of
from tests.support.samples.tool_answers import cancelled_interrupt, resumed_worker


async def suspended(room: Room) -> None:
    """Select auth and let it be suspended."""
    await room.press("2")
    chamber = room.app.view_model.state.chambers[f"{TASK}/auth"]
    document = replace(chamber, suspended_at=NOW - 5_000)
    await room.hear(event(9, 0, "chamber.suspended", "auth", EventData(chamber=document)))


@pytest.mark.parametrize(
    ("key", "requires", "usual", "does"),
    [
        (
            "s",
            "stop",
            "Stop here and report what you have.",
            "the worker stops and reports",
        ),
        (
            "S",
            "suspend",
            "Do not start anything until you are told to continue.",
            "the worker's tools are blocked until you press r",
        ),
    ],
)
async def test_each_stronger_message_has_a_key_whose_editor_explains_it_and_needs_no_text(
    key: str, requires: str, usual: str, does: str
) -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", key)
        assert f"● {requires}" in room.text
        assert does in room.text
        assert usual in room.text
        await room.press("ctrl+s")
        assert calls_of(room.tools, "interrupt_worker") == [
            {"task_id": TASK, "chamber": "auth", "message": usual, "requires": requires}
        ]


async def test_a_message_without_a_request_needs_a_text() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "i", "ctrl+s")
        assert "Type a message" in room.text
        assert calls_of(room.tools, "interrupt_worker") == []


async def test_r_resumes_a_chamber_whose_row_shows_that_it_is_suspended() -> None:
    tools = FixedTools({"resume_worker": resumed_worker(told=True)})
    async with room_of(stories.busy(), tools=tools) as room:
        await suspended(room)
        assert "‖ suspended" in room.text
        assert "‖ 1 suspended" in room.text
        await room.press("r")
        assert calls_of(tools, "resume_worker") == [{"task_id": TASK, "chamber": "auth"}]
        assert room.said == ["auth resumed; its worker was told to continue"]
        assert "‖ suspended" in room.text  # until its event comes


async def test_a_refused_resume_is_shown() -> None:
    async with room_of(stories.busy()) as room:
        await suspended(room)
        await room.press("r")
        assert room.said == ["resume_worker is not played in this scene"]


async def test_u_cancels_the_newest_unread_message_after_a_confirmation() -> None:
    tools = FixedTools({"cancel_interrupt": cancelled_interrupt("i9", resumed=True)})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("2")
        for number in (8, 9):
            letter = mail(number, "auth", f"message {number}", sent=9_000 - number, steps=(5,))
            data = EventData(interrupt=letter)
            await room.hear(event(number + 1, 0, "interrupt.posted", "auth", data))
        await room.press("u")
        assert "Cancel the newest unread message to auth?" in room.text
        assert "message 9" in room.text
        assert isinstance(room.app.screen, Confirm)
        await room.press("y")
        assert calls_of(tools, "cancel_interrupt") == [{"task_id": TASK, "interrupt_id": "i9"}]
        assert room.said == ["Message to auth cancelled; its tools are no longer blocked"]
        assert isinstance(room.app.screen, RoomScreen)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("r", "r (resume): auth is not suspended"),
        ("u", "u (cancel): auth has no unread mail"),
    ],
)
async def test_a_key_without_a_target_shows_a_message(key: str, why: str) -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", key)
        assert room.said == [why]


@pytest.mark.parametrize("key", ["s", "S", "r", "u"])
async def test_without_a_chamber_each_key_says_where_to_select_one(key: str) -> None:
    async with room_of(stories.empty()) as room:
        await room.press(key)
        (said,) = room.said
        assert said.startswith(f"{key} (")
        assert said.endswith("no chamber selected; press 2 to go to Chambers")
