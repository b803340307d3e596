"""Copying from the room."""

from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


async def test_the_menu_shows_what_there_is_and_its_key_copies() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "y")
        assert "path" in room.text
        assert "branch" in room.text
        await room.press("b")
        assert room.app.clipboard.startswith("orchestra/")
        assert room.said[-1].startswith("Copied the branch: orchestra/")
        assert "Copy" not in room.text.splitlines()[0]


async def test_the_key_twice_copies_the_first_however_fast_it_is_typed() -> None:
    async with room_of(stories.busy()) as room:
        await room.pilot.press("2", "y", "y")
        await room.press("shift")
        assert room.app.clipboard.startswith("/")


async def test_nothing_is_copied_where_nothing_is_selected() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("y")
        assert room.said[-1] == "y (copy): nothing selected"
        assert room.app.clipboard == ""


async def test_escape_copies_nothing() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "y", "escape")
        assert room.app.clipboard == ""
