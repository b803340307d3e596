"""Each key of the table does something, and can be remapped."""

from tests.support import gallery_stories as stories
from tests.support.room import room_of


async def test_keys_can_be_remapped_by_id() -> None:
    async with room_of(stories.empty(), keymap={"start_task": "s"}) as room:
        await room.press("s")
        assert "Start a task" in room.text
