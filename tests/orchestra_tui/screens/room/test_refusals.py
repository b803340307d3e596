"""A key that cannot act is named with its reason."""

from orchestra_tui.screens.room.refusals import say_why_not
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


async def test_a_refusal_names_the_key_as_it_is_shown() -> None:
    async with room_of(stories.empty()) as room:
        say_why_not(room.app, "start_worker", "nobody is there")
        assert room.said == ["w (start): nobody is there"]
