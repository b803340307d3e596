"""The keys that read a review."""

from tests.orchestra_tui.screens.review.test_review_screen import open_review, reviewed_tools
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scenes import LARGE, SMALL
from tests.support.room.headless_room import calls_of, room_of


async def test_files_and_hunks_follow_each_other() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        screen = await open_review(room, "tab")
        assert screen.review.at == 1
        await room.press("l")
        assert screen.view.line
        assert screen.view.line.old == 41
        await room.press("l", "l")
        assert screen.review.at == 3
        await room.press("h", "h")
        assert screen.review.at == 1
        assert screen.view.line.old == 41
        await room.press("shift+tab", "shift+tab")
        assert room.said[-1] == "This is the first file"


async def test_a_seen_file_is_marked_and_the_next_unseen_one_is_shown() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        screen = await open_review(room, "space")
        assert screen.review.at == 1
        assert "✓ A src/auth/pkce.py" in room.text
        assert "1 seen" in room.text
        await room.press(*["space"] * 5)
        assert room.said[-1] == "Every file is marked as seen"
        assert "6 seen" in room.text


async def test_a_search_finds_matches_in_every_file_and_says_where_there_is_none() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        screen = await open_review(room, "slash")
        await room.type("return ")
        await room.press("enter")
        assert (screen.review.at, screen.view.line_number) == (0, 7)
        await room.press("n")
        assert (screen.review.at, screen.view.line_number) == (1, 7)
        await room.press("N")
        assert (screen.review.at, screen.view.line_number) == (0, 7)
        await room.press("slash")
        await room.type("nowhere")
        await room.press("enter")
        assert "no match for nowhere" in room.text


async def test_all_committed_and_uncommitted_work_are_asked_for_in_turn() -> None:
    tools = reviewed_tools()
    async with room_of(stories.busy(), tools=tools) as room:
        await open_review(room, "u", "u")
        assert [call["part"] for call in calls_of(tools, "review_chamber")] == [
            "all", "committed", "uncommitted",
        ]  # fmt: skip
        assert "[uncommitted]" in room.text


async def test_side_by_side_takes_the_room_of_the_files_and_needs_a_wide_terminal() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools(), size=LARGE) as room:
        await open_review(room, "tab", "w")
        assert "session.lasts(hours=24)" in room.text
        (line,) = [each for each in room.text.splitlines() if "hours=24" in each]
        assert "minutes=30" in line
    async with room_of(stories.busy(), tools=reviewed_tools(), size=SMALL) as room:
        await open_review(room, "w")
        assert room.said == ["Side by side needs a terminal of 100 columns"]
