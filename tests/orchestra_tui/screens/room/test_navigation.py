"""Moving between the panes, in terminals of any size."""

from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scenes import LARGE, SMALL
from tests.support.room.headless_room import Room, room_of


def screen_of(room: Room) -> RoomScreen:
    screen = room.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


async def test_in_a_small_terminal_the_detail_area_replaces_the_lists_until_it_is_closed() -> None:
    async with room_of(stories.busy(), size=SMALL) as room:
        assert "4 Detail" not in room.text
        await room.press("2", "enter")
        assert "4 Detail" in room.text
        assert "2 Chambers" not in room.text
        await room.press("escape")
        assert "2 Chambers" in room.text
        assert screen_of(room).navigation.pane == "chambers"


async def test_enlarging_the_terminal_shows_lists_and_detail_area_again() -> None:
    async with room_of(stories.busy(), size=SMALL) as room:
        await room.pilot.resize_terminal(*LARGE)
        await room.press("1")
        assert "4 Detail" in room.text
        assert "1 Tasks" in room.text


async def test_tab_cycles_through_all_panes_in_both_directions() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("e", "1")
        seen = [screen_of(room).navigation.pane]
        for _ in range(5):
            await room.press("tab")
            seen.append(screen_of(room).navigation.pane)
        assert seen == ["tasks", "chambers", "discoveries", "detail", "feed", "tasks"]
        await room.press("shift+tab")
        assert screen_of(room).navigation.pane == "feed"


async def test_the_drawer_of_events_opens_and_closes_and_gives_the_focus_back() -> None:
    async with room_of(stories.busy(), size=SMALL) as room:
        await room.press("2")
        assert "Events" not in room.text
        await room.press("e")
        assert "Events" in room.text
        assert screen_of(room).navigation.pane == "feed"
        await room.press("escape")
        assert "Events" not in room.text
        assert screen_of(room).navigation.pane == "chambers"
        await room.press("e", "1", "e")
        assert "Events" not in room.text
        assert screen_of(room).navigation.pane == "tasks"


async def test_tab_passes_over_the_closed_drawer() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("shift+tab")
        assert screen_of(room).navigation.pane == "detail"
