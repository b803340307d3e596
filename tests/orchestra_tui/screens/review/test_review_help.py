"""The help of a review."""

from orchestra_tui.key_bindings import REVIEW_KEYS
from tests.orchestra_tui.screens.review.test_review_screen import open_review, reviewed_tools
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scenes import LARGE
from tests.support.room.headless_room import room_of


async def test_the_help_of_a_review_has_all_its_keys() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools(), size=LARGE) as room:
        await open_review(room)
        await room.press("question_mark")
        for key in REVIEW_KEYS:
            assert key.help in room.text
        await room.press("escape")
        assert "Review auth" in room.text
