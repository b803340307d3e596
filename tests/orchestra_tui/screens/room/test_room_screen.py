"""The room's screen: it follows the events, what is selected, and the terminal's size."""

from orchestra_core.events import EventData
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import MINUTE, SECOND, Told, event, state_of, task
from tests.support.room.headless_room import room_of


async def test_the_first_paint_needs_neither_store_nor_server() -> None:
    async with room_of(stories.NOTHING) as room:
        assert "Connecting…" in room.text
        assert "◌ connecting" in room.text


async def test_an_empty_project_shows_which_key_to_press() -> None:
    async with room_of(stories.empty()) as room:
        assert "Press n to start one" in room.text


async def test_a_started_task_is_shown_and_counted_with_its_event() -> None:
    async with room_of(stories.empty()) as room:
        new = task("late", "Translate the manual", started=0)
        await room.hear(event(1, 0, "task.started", data=EventData(task=new)))
        await room.press("e")
        assert "Translate the manual" in room.text
        assert "started: Translate the manual" in room.text
        assert "1 Tasks 1" in room.text


async def test_markup_in_agents_text_is_shown_as_text() -> None:
    async with room_of(stories.hostile()) as room:
        await room.press("3")
        assert "[@click=app.quit]click me[/]" in room.text
        assert "\x1b" not in room.text
        assert "\u202e" not in room.text


async def test_a_key_changes_the_theme() -> None:
    async with room_of(stories.empty()) as room:
        before = room.app.theme
        await room.press("t")
        assert room.app.theme != before
        await room.press("t")
        assert room.app.theme == before


async def test_a_new_task_is_selected_where_the_selected_one_has_ended() -> None:
    ended = task(started=5 * MINUTE, state="completed", finished=MINUTE)
    told = Told(state=state_of(ended, seq=1))
    new = task("second-task-1a2b", "The second request", started=SECOND)
    async with room_of(told) as room:
        await room.hear(event(2, SECOND, "task.started", data=EventData(task=new)))
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.lists.task_id == new.id


async def test_the_cursor_stays_where_a_key_has_just_put_it_and_on_an_open_task() -> None:
    ended = task(started=5 * MINUTE, state="completed", finished=MINUTE)
    new = task("second-task-1a2b", "The second request", started=SECOND)
    started = event(2, SECOND, "task.started", data=EventData(task=new))
    async with room_of(Told(state=state_of(ended, seq=1))) as room:
        await room.press("1")
        await room.hear(started)
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.lists.task_id == ended.id
    async with room_of(Told(state=state_of(ended, seq=1))) as room:
        await room.press("2")  # the tasks are not in use, however short ago a key was pressed
        await room.hear(started)
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert (screen.lists.task_id, screen.navigation.pane) == (new.id, "chambers")
    async with room_of(Told(state=state_of(task(started=5 * MINUTE), seq=1))) as room:
        await room.hear(started)
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.lists.task_id == ended.id
