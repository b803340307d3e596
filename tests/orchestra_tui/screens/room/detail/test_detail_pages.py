"""The pages of the detail area."""

from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support import gallery_stories as stories
from tests.support.gallery import FixedTools
from tests.support.gallery_states import TASK
from tests.support.reviews import chamber_diff
from tests.support.room import Room, room_of


def screen_of(room: Room) -> RoomScreen:
    screen = room.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


async def test_the_detail_area_follows_the_pane_and_the_cursor() -> None:
    async with room_of(stories.busy()) as room:
        assert screen_of(room).detail.subject.kind == "task"
        await room.press("2")
        assert screen_of(room).detail.subject.key == f"{TASK}/auth"
        await room.press("3")
        assert screen_of(room).detail.subject.kind == "discovery"


async def test_the_diff_is_requested_from_the_server_only_when_its_page_is_opened() -> None:
    tools = FixedTools({})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("2", "l")
        assert "pytest tests/auth -q" in room.text
        await room.press("l")
        assert "is not played in this scene" in room.text
        tools.answers = {"review_chamber": chamber_diff("+added line\n", [])}
        await room.press("f")
        assert "+added line" in room.text
