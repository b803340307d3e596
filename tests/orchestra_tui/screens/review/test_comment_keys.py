"""Comments of a review: kept, changed, dropped, sent as one message and followed."""

from msgspec.structs import replace

from orchestra_tui.presentation.review.comments import comment_on, message_of
from orchestra_tui.screens.review.review_screen import ReviewScreen
from orchestra_tui.screens.shown_question import TYPED_BEFORE
from tests.orchestra_tui.screens.review.test_review_screen import (
    open_review,
    reviewed_tools,
)
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scenes import ANSWERS, FixedTools
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.reviews import (
    AUTH,
    PKCE,
    SESSIONS,
    chamber_diff,
    file_diffs,
    line_of,
    review_mail,
)


async def test_comments_gather_into_one_message() -> None:
    tools = reviewed_tools()
    async with room_of(stories.busy(), tools=tools) as room:
        await open_review(room, "c")
        await room.type("who reads it")
        await room.press("enter", "tab", "c")
        await room.type("why so long")
        await room.press("enter")
        assert "2 comments not sent" in room.text
        assert "s sends all 2 to auth in one message" in room.text
        await room.press("s")
        (call,) = calls_of(tools, "interrupt_worker")
        assert str(call["message"]).startswith("Review of auth: 2 comments.")
        assert "not sent" not in room.text


async def test_a_draft_is_changed_on_its_line_and_dropped_there() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        screen = await open_review(room, "c")
        await room.type("why")
        await room.press("enter", "c", "!", "enter")
        assert [draft.text for draft in screen.review.drafts] == ["why!"]
        await room.press("j", "x")
        assert room.said[-1] == "You have no comment on this line"
        await room.press("k", "x")
        assert screen.review.drafts == []
        await room.press("s")
        assert room.said[-1] == "There is no comment to send; c writes one"


async def test_a_text_that_was_typed_before_there_turned_out_to_be_no_line_is_not_lost() -> None:
    tools = FixedTools({**ANSWERS, "review_chamber": chamber_diff("", [])})
    async with room_of(stories.busy(), tools=tools) as room:
        screen = await open_review(room)
        screen.comment_keys.keep("why")
        await room.pilot.pause()
        assert (screen.editor.text, screen.editor.has_focus) == ("why", True)
        await room.press("escape")
        assert screen.view.has_focus


async def test_a_comment_quotes_all_chosen_lines() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        screen = await open_review(room, "v", "j", "j", "c")
        await room.type("all three")
        await room.press("enter")
        (draft,) = screen.review.drafts
        assert (draft.line, len(draft.quoted)) == (3, 3)


async def test_a_worker_that_has_ended_is_named_before_its_mail_is_sent() -> None:
    tools = reviewed_tools()
    told = stories.busy()
    assert told.state is not None
    told.state.presence[AUTH] = replace(told.state.presence[AUTH], state="finished")
    async with room_of(told, tools=tools) as room:
        await open_review(room, "c", "a", "enter", "s")
        assert room.said[-1] == (
            "Nobody reads this now in auth (its worker has ended). "
            "It waits for the next worker there. s sends it anyway."
        )
        assert calls_of(tools, "interrupt_worker") == []
        await room.press("s")
        assert len(calls_of(tools, "interrupt_worker")) == 1


async def test_a_second_s_that_was_typed_before_the_warning_sends_nothing() -> None:
    tools = reviewed_tools()
    told = stories.busy()
    assert told.state is not None
    told.state.presence[AUTH] = replace(told.state.presence[AUTH], state="finished")
    async with room_of(told, tools=tools) as room:
        await open_review(room, "c", "a", "enter")
        await room.burst("ss")
        assert room.said[-1] == TYPED_BEFORE
        assert calls_of(tools, "interrupt_worker") == []
        await room.press("s")
        assert len(calls_of(tools, "interrupt_worker")) == 1


async def test_a_comment_is_not_deleted_by_a_key_typed_before_the_diff_was_there() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        await open_review(room, "c", "a", "enter")
        await room.press("q")
        await room.burst("dx")
        screen = room.app.screen
        assert isinstance(screen, ReviewScreen)
        assert [draft.text for draft in screen.review.drafts] == ["a"]
        assert room.said[-1] == TYPED_BEFORE
        await room.press("x")
        assert screen.review.drafts == []


async def test_a_message_is_followed_and_its_lines_show_what_has_changed() -> None:
    line = line_of(file_diffs()[1], "minutes=30")
    message = message_of("auth", [comment_on("src/auth/sessions.py", [line], "An hour.")])
    tools = reviewed_tools()
    tools.answers = {
        **tools.answers,
        "review_chamber": chamber_diff(PKCE + SESSIONS.replace("minutes=30", "minutes=60")),
    }
    async with room_of(stories.busy(review_mail(message, acted=True)), tools=tools) as room:
        await open_review(room, "tab")
        assert "1 comment  ✓ sent  ✓ posted 40ms  ✓ delivered 900ms  ✓ acted 2.4s" in room.text
        assert "changed since; it was:" in room.text
        assert "+         session.lasts(minutes=30)" in room.text
