"""The help screen."""

import pytest

from orchestra_tui.key_bindings import key_of
from orchestra_tui.screens.dialogs.help import matches_words
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


async def test_help_shows_every_key_and_closes_with_the_key_that_opened_it() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("question_mark")
        assert "Quit; the agents keep working" in room.text
        await room.press("question_mark")
        assert isinstance(room.app.screen, RoomScreen)


@pytest.mark.parametrize(
    ("query", "matches"),
    [("", True), ("land", True), ("DRY task", True), ("L", True), ("l", True), ("close", False)],
)
def test_a_key_is_found_by_every_word_of_its_help_or_by_its_name(query: str, matches: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert matches_words(key_of("land"), query) is matches


async def test_the_search_in_the_help_hides_other_keys_and_escape_shows_them_again() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("question_mark", "slash")
        await room.type("restore")
        assert "Restore a closed chamber" in room.text
        assert "Quit; the agents keep working" not in room.text
        await room.type("xx")
        assert "No key matches." in room.text
        await room.press("escape")
        assert "Quit; the agents keep working" in room.text
        await room.press("escape")
        assert isinstance(room.app.screen, RoomScreen)
