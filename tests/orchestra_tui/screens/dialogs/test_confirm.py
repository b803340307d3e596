"""The dialog that asks before something is closed."""

from orchestra_tui.screens.dialogs.confirm import Confirm
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import TASK
from tests.support.gallery.scenes import FixedTools
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.tool_answers import (
    closed_chamber,
)


async def test_x_warns_of_a_running_worker_and_closes_the_chamber_only_after_y() -> None:
    closed = closed_chamber("auth", "refs/orchestra/saved/t/auth/1")
    tools = FixedTools({"close_chamber": closed})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("2", "x")
        assert "Its worker is still working (Edit src/auth/pkce.py)" in room.text
        await room.press("enter")
        assert isinstance(room.app.screen, Confirm)
        await room.press("n")
        assert calls_of(tools, "close_chamber") == []
        await room.press("x", "y")
        (arguments,) = calls_of(tools, "close_chamber")
        assert arguments == {"task_id": TASK, "chamber": "auth", "confirm": True}
        assert room.said == ["auth closed; work saved as refs/orchestra/saved/t/auth/1"]
