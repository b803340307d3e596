"""The alarm for texts that change by themselves."""

from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import Room, room_of


def screen_of(room: Room) -> RoomScreen:
    screen = room.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


async def test_a_timer_is_set_only_while_a_text_on_screen_changes_with_time() -> None:
    async with room_of(stories.busy()) as room:
        assert screen_of(room).ticking
    async with room_of(stories.empty()) as room:
        assert not screen_of(room).ticking
