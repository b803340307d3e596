"""The lines of both sides of a conflict, in the details of a chamber."""

from tests.support.gallery.board_story import STREAMING, board, board_answers
from tests.support.gallery.scenes import WIDE, FixedTools
from tests.support.room.headless_room import calls_of, room_of


async def test_the_lines_are_asked_for_once_when_a_chamber_with_a_conflict_is_selected() -> None:
    tools = FixedTools(board_answers())
    async with room_of(board(), size=WIDE, tools=tools) as room:
        await room.press("2", "j")
        assert calls_of(tools, "review_chamber") == []
        await room.press("G")
        assert "Call it for every response." in room.text
        assert ">>>>>>> stream-helper" in room.text
        await room.press("k", "G")
        assert calls_of(tools, "review_chamber") == [
            {"task_id": STREAMING, "chamber": "docs-patterns", "part": "conflicts"}
        ]


async def test_without_an_answer_the_files_of_the_conflict_show_all_the_same() -> None:
    async with room_of(board(), size=WIDE, tools=FixedTools({})) as room:
        await room.press("2", "G")
        assert "docs/patterns/streaming.rst" in room.text
