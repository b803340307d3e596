"""What every screen says to the operator, in one line that is no markup."""

from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


async def test_a_line_is_shown_as_it_is_and_never_read_as_markup() -> None:
    async with room_of(stories.empty()) as room:
        room.app.say("src/[bold]app[/bold].py\nis [not] there")
        await room.press("j")
        assert "src/[bold]app[/bold].py" in room.text
        assert "[not] there" in room.text
