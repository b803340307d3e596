"""Themes are chosen in the palette, and the choice lasts."""

from pathlib import Path

from orchestra_tui.backend.theme_choice import ThemeChoice
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


async def test_a_theme_that_is_chosen_in_the_palette_lasts(tmp_path: Path) -> None:
    choice = ThemeChoice(tmp_path, "")
    async with room_of(stories.empty(), theme_choice=choice) as room:
        await room.press("colon")
        await room.type("theme nord")
        await room.press("enter")
        assert room.app.theme == "nord"
    async with room_of(stories.empty(), theme_choice=ThemeChoice(tmp_path, "")) as room:
        assert room.app.theme == "nord"
        await room.press("t")
        assert room.app.theme == "orchestra-light"
    assert choice.load() == "orchestra-light"


async def test_a_theme_that_is_not_there_any_more_is_passed_over(tmp_path: Path) -> None:
    choice = ThemeChoice(tmp_path, "")
    choice.keep("gone")
    async with room_of(stories.empty(), theme_choice=choice) as room:
        assert room.app.theme == "orchestra-dark"
