"""Each key of the table does something, and can be remapped."""

from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


async def test_keys_can_be_remapped_by_id() -> None:
    async with room_of(stories.empty(), keymap={"start_task": "s"}) as room:
        await room.press("s")
        assert "Start a task" in room.text


async def test_a_remapped_key_stands_in_footer_help_and_palette() -> None:
    async with room_of(stories.empty(), size=(160, 48), keymap={"start_task": "ctrl+n"}) as room:
        assert "ctrl+n new task" in room.text
        await room.press("question_mark")
        assert "ctrl+n        Start a task" in room.text
        await room.press("escape", "colon")
        await room.type("start a")
        assert "ctrl+n new task       Start a task" in room.text
    async with room_of(stories.empty(), size=(160, 48)) as room:
        assert "n new task" in room.text


async def test_a_key_that_is_switched_off_does_nothing_and_shows_nowhere() -> None:
    async with room_of(stories.empty(), size=(160, 48), keymap={"start_task": ""}) as room:
        await room.press("n")
        assert "Start a task" not in room.text
        assert "new task" not in room.text
