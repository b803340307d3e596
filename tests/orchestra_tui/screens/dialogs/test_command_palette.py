"""The command palette."""

from tests.support import gallery_stories as stories
from tests.support.room import room_of


async def test_a_hostile_discovery_can_be_found_in_the_palette_without_being_markup() -> None:
    async with room_of(stories.hostile()) as room:
        await room.press("colon")
        await room.type("hostile")
        assert "Go to hostile-0bad: [bold red]not bold[/]" in room.text


async def test_the_palette_runs_what_is_chosen() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("ctrl+p")
        await room.type("start a")
        await room.press("enter")
        assert "Start a task" in room.text
