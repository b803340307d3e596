"""How much each chamber has changed."""

from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import TASK
from tests.support.room.headless_room import Room, calls_of, room_of


async def shown_in_chamber(room: Room) -> str:
    await room.press("2")
    return room.text


async def test_the_sizes_of_changes_are_requested_once_and_shown() -> None:
    async with room_of(stories.busy()) as room:
        assert "+120 -8 4f" in await shown_in_chamber(room)
        assert calls_of(room.tools, "get_parallel_status") == [{"task_id": TASK}]
