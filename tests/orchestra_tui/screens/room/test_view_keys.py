"""The keys that choose what is shown."""

from tests.support import gallery_stories as stories
from tests.support.room import room_of


async def test_finished_tasks_can_be_hidden_and_shown_again() -> None:
    async with room_of(stories.busy()) as room:
        assert "Export invoices" in room.text
        await room.press("a")
        assert "Export invoices" not in room.text
        await room.press("a")
        assert "Export invoices" in room.text


async def test_typing_a_filter_narrows_the_list_and_escape_clears_it() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("slash")
        await room.type("postgres")
        assert "1 Tasks 1 of 3" in room.text
        await room.press("enter")
        assert "1 Tasks 1 of 3" in room.text
        await room.press("escape")
        assert "1 Tasks 3" in room.text
