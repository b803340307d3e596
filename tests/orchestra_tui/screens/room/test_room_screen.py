"""The room's screen: it follows the events, what is selected, and the terminal's size."""

from orchestra_core.events import EventData
from tests.support import gallery_stories as stories
from tests.support.gallery_states import event, task
from tests.support.room import room_of


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
