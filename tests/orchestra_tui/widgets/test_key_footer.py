"""The footer of keys."""

from tests.support import gallery_stories as stories
from tests.support.room import room_of


async def test_a_click_on_a_key_in_the_footer_runs_its_action() -> None:
    async with room_of(stories.empty()) as room:
        await room.pilot.click("KeyFooter", offset=(17, 0))
        await room.press("shift")
        assert "Start a task" in room.text
