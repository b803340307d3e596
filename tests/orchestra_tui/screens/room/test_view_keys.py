"""The keys that choose what is shown."""

from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_tui.screens.room.room_screen import RoomScreen
from orchestra_tui.widgets.text_view import TextView
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import MINUTE, NOW, TASK, Told, chamber, state_of, task
from tests.support.room.headless_room import room_of
from tests.support.samples.documents import a_request


async def test_finished_tasks_can_be_hidden_and_shown_again() -> None:
    async with room_of(stories.busy()) as room:
        assert "Export invoices" in room.text
        await room.press("a", "a")
        assert "Export invoices" not in room.text
        await room.press("a")
        assert "Export invoices" in room.text


async def test_typing_a_filter_narrows_the_list_and_escape_clears_it() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("slash")
        await room.type("postgres")
        assert "1 Tasks 1 of 3" in room.text
        await room.press("enter")
        assert "1 Tasks 1 of 3" in room.text
        await room.press("escape")
        assert "1 Tasks 3" in room.text


async def test_a_pane_takes_the_height_of_what_a_filter_leaves_as_it_is_typed() -> None:
    async with room_of(stories.busy()) as room:
        tasks = room.app.screen.query_one("#tasks")
        whole = tasks.size.height
        await room.press("slash")
        await room.type("postgres")
        assert tasks.size.height == whole - 2


async def test_a_pane_takes_the_height_of_what_shows_once_finished_work_is_hidden() -> None:
    async with room_of(stories.busy()) as room:
        tasks = room.app.screen.query_one("#tasks")
        whole = tasks.size.height
        await room.press("a", "a")
        assert tasks.size.height == whole - 1


def two_tasks() -> Told:
    """Return two tasks, in the older of which a worker has failed."""
    other = task("other-task-1a2b", "Something else", started=MINUTE)
    failed = Presence(chamber_id=chamber("auth").id, state="failed", message="529", since=NOW)
    chambers = [chamber("auth"), chamber("web", task_id=other.id)]
    return Told(state=state_of(task(), other, *chambers, presence=[failed], seq=1))


async def test_one_key_goes_to_the_worker_that_needs_somebody_in_another_task() -> None:
    async with room_of(two_tasks()) as room:
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.lists.task_id == "other-task-1a2b"
        await room.press("2")
        await room.burst(" i")  # the second key is for the chamber that the first one went to
        assert "Interrupt auth" in room.text
        assert screen.lists.chamber == chamber("auth")


async def test_the_key_says_so_where_nobody_needs_anybody() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("space")
        assert room.said == ["space (next): nobody needs you, and nobody is stuck"]


async def test_what_the_mouse_has_chosen_in_the_detail_is_copied_and_escape_lets_it_go() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2")
        view = room.app.screen.query_one(TextView)
        await room.pilot.mouse_down(view, offset=(1, 0))
        await room.pilot.hover(view, offset=(4, 0))
        await room.pilot.mouse_up(view, offset=(4, 0))
        await room.press("y")
        assert (room.app.clipboard, room.said) == ("auth", ["Copied: auth"])
        await room.pilot.mouse_down(view, offset=(1, 0))
        await room.pilot.hover(view, offset=(4, 0))
        await room.pilot.mouse_up(view, offset=(4, 0))
        await room.press("escape", "y")
        assert "y or enter the first" in room.text


async def test_the_footer_says_that_enter_answers_where_a_worker_asks() -> None:
    told = stories.busy()
    assert told.state is not None
    asked = replace(a_request(), task_id=TASK, chamber="auth")
    told.state.put(asked)
    async with room_of(told) as room:
        assert "enter open" in room.text
        await room.press("2")
        assert "enter allow or deny" in room.text


async def test_a_list_is_sorted_by_its_columns_and_the_pane_says_by_which() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("1", "greater_than_sign")
        assert room.said == ["Sorted by title"]
        assert "by title" in room.text
        await room.press("less_than_sign")
        assert room.said[-1] == "Back in its default order"
        await room.press("4", "greater_than_sign")
        assert room.said[-1] == "< and > sort a list; press 1, 2 or 3 to go to one"
