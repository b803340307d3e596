"""The help screen."""

from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support import gallery_stories as stories
from tests.support.room import room_of


async def test_help_shows_every_key_and_closes_with_the_key_that_opened_it() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("question_mark")
        assert "Quit; the agents keep working" in room.text
        await room.press("question_mark")
        assert isinstance(room.app.screen, RoomScreen)
