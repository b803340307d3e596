"""The panes on the board."""

from orchestra_core.events import EventData
from orchestra_tui.widgets.board import Board
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import event, task
from tests.support.room.headless_room import room_of


async def test_a_pane_grows_with_what_it_holds() -> None:
    async with room_of(stories.first_task()) as room:
        tasks = room.app.screen.query_one("#tasks-pane")
        before = tasks.outer_size.height
        new = task("newest-1a2b", "Newest of all", started=0)
        await room.hear(event(2, 0, "task.started", data=EventData(task=new)))
        assert tasks.outer_size.height == before + 1


async def test_plus_and_underscore_enlarge_the_pane_in_use_and_give_the_room_back() -> None:
    async with room_of(stories.busy()) as room:
        board = room.app.screen.query_one(Board)
        await room.press("2", "+", "+")
        assert [board.shows(pane) for pane in ("chambers", "tasks", "detail")] == [
            True, False, False,
        ]  # fmt: skip
        assert "1 Tasks" not in room.text
        await room.press("_", "_")
        assert board.shows("detail")
        assert "1 Tasks" in room.text
