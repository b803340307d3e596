"""The footer of keys."""

from tests.support.gallery import scene_stories as stories
from tests.support.gallery.board_story import board
from tests.support.room.headless_room import room_of


async def test_a_click_on_a_key_in_the_footer_runs_its_action() -> None:
    async with room_of(stories.empty()) as room:
        await room.pilot.click("KeyFooter", offset=(15, 0))
        await room.press("shift")
        assert "Start a task" in room.text


async def test_the_footer_says_what_enter_does_on_the_selected_row() -> None:
    async with room_of(board()) as room:
        assert "enter open" in room.text
        await room.press("2")
        assert "enter write to retry" in room.text
        await room.press("j")
        assert "enter allow or deny" in room.text
        await room.press("1")
        assert "enter open" in room.text
