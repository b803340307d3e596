"""When the diff of a review is fetched again."""

from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.presentation.indexed_state import ChangedRows
from orchestra_tui.presentation.review.comments import comment_on, message_of
from tests.orchestra_tui.screens.review.test_review_screen import open_review, reviewed_tools
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.reviews import AUTH, file_diffs, review_mail
from tests.support.waiting import until

CHANGED = ViewChanges(rows=ChangedRows(chambers={AUTH}))


async def test_work_after_a_comment_was_read_is_fetched_by_itself() -> None:
    tools = reviewed_tools()
    line = file_diffs()[0].lines[0]
    message = message_of("auth", [comment_on("src/auth/pkce.py", [line], "Why?")])
    async with room_of(stories.busy(review_mail(message, acted=True)), tools=tools) as room:
        screen = await open_review(room)
        screen.show(CHANGED)
        screen.show(CHANGED)
        await until(lambda: len(calls_of(tools, "review_chamber")) == 2, 10)


async def test_without_comments_nothing_is_fetched_unasked() -> None:
    tools = reviewed_tools()
    async with room_of(stories.busy(), tools=tools) as room:
        screen = await open_review(room)
        screen.show(CHANGED)
        assert not screen.loader.waits
        await room.press("f")
        assert len(calls_of(tools, "review_chamber")) == 2
