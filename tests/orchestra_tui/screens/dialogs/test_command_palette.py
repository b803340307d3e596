"""The command palette."""

from tests.support import gallery_stories as stories
from tests.support.room import room_of


async def test_the_palette_shows_markup_in_a_discovery_as_text() -> None:
    async with room_of(stories.hostile()) as room:
        await room.press("colon")
        await room.type("hostile")
        assert "Go to hostile-0bad: [bold red]not bold[/]" in room.text


async def test_the_palette_runs_the_chosen_command() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("ctrl+p")
        await room.type("start a")
        await room.press("enter")
        assert "Start a task" in room.text
