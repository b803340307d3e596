"""The command palette."""

from textual.widgets import Input, TextArea

from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


async def test_the_palette_shows_markup_in_a_discovery_as_text() -> None:
    async with room_of(stories.hostile()) as room:
        await room.press("colon")
        await room.type("hostile")
        assert "[bold red]not bold[/]" in room.text


async def test_the_cursor_of_the_palette_does_not_blink() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("colon")
        assert not room.app.screen.query_one(Input).cursor_blink


async def test_the_palette_runs_the_chosen_command() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("ctrl+p")
        await room.type("start a task")
        await room.press("enter")
        assert "Start a task" in room.text


async def test_enter_typed_at_once_chooses_what_the_words_before_it_find() -> None:
    async with room_of(stories.busy()) as room:
        await room.burst(":database\ri")
        assert "Interrupt database" in room.text
        assert not room.app.screen.query_one(TextArea).text


async def test_a_command_shows_its_key_and_short_name_and_is_found_by_both() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("colon")
        assert ">      sort           Sort the list by its next column" in room.text
        await room.type("land")
        await room.press("enter")
        assert "Land: Add OAuth2 login" in room.text


async def test_a_chamber_is_found_by_a_part_of_its_name_and_gone_to() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("colon")
        await room.type("atab")
        await room.press("enter")
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.lists.chamber is not None
        assert (screen.lists.chamber.name, screen.navigation.pane) == ("database", "chambers")
