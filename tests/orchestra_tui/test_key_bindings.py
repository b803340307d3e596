"""The one table of keys: whole, without doubles, and the source of footer, help and README."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from orchestra_tui.app import RoomApp
from orchestra_tui.key_bindings import (
    GROUPS,
    KEYS,
    REVIEW_KEYS,
    ROOM_KEYS,
    Key,
    in_footer,
    in_group,
    in_review_footer,
    key_of,
    keys_of_review,
    readme_table,
)
from orchestra_tui.screens.room.room_screen import RoomScreen
from orchestra_tui.widgets.key_footer import fitting_keys
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of


def test_each_key_is_shown_as_the_character_that_it_types() -> None:
    words = {shown for key in KEYS for shown in key.display.split(" ") if "_" in shown}
    assert words <= {"_"}
    assert [key_of(name).display for name in ("sort_next", "sort_previous")] == [">", "<"]


@pytest.mark.parametrize("keys_of_screen", [ROOM_KEYS, keys_of_review()], ids=["room", "review"])
def test_no_key_of_a_screen_and_no_id_is_bound_twice(keys_of_screen: Sequence[Key]) -> None:
    keys = Counter(key_name for key in keys_of_screen for key_name in key.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []
    assert len({key.id for key in KEYS}) == len(KEYS)


async def test_every_key_runs_an_action_of_the_application_or_a_command_of_the_screen() -> None:
    async with room_of(stories.empty()) as room:
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        of_application = {key.id for key in ROOM_KEYS if key.action == key.id}
        for key_id in of_application:
            assert hasattr(RoomApp, f"action_{key_id.removeprefix('app.')}"), key_id
        assert set(screen.commands) == {key.id for key in ROOM_KEYS} - of_application


def test_the_keys_of_the_design_are_bound() -> None:
    actions = {key_name: key.id for key in ROOM_KEYS for key_name in key.keys.split(",")}
    assert actions["i"] == "interrupt"
    assert actions["I"] == "interrupt_all"
    assert actions["n"] == "start_task"
    assert actions["c"] == "create_chambers"
    assert actions["x"] == "close_chamber"
    assert actions["2"] == "pane.chambers"
    assert actions["colon"] == actions["ctrl+p"] == "app.palette"


def test_every_key_is_in_a_group_and_every_group_is_shown() -> None:
    groups = (*GROUPS, "Review")
    assert sum(len(in_group(group)) for group in groups) == len(KEYS)
    assert key_of("interrupt").display == "i"
    assert key_of("cursor_down").display == "j ↓"


def test_the_footer_shows_the_most_important_keys_that_fit() -> None:
    assert [key.first for key in in_footer()[:3]] == ["enter", "i", "d"]
    narrow, wide = fitting_keys(80), fitting_keys(200)
    assert len(narrow) < len(wide) == len(in_footer())
    assert sum(len(key.first) + len(key.label) + 3 for key in narrow) < 80


def test_the_readmes_table_has_one_row_for_each_key() -> None:
    rows = readme_table().splitlines()
    assert len(rows) == len(ROOM_KEYS) + 2
    assert "| `i` | Interrupt the chamber's worker |" in rows
    assert all(re.fullmatch(r"\|.*\|.*\|", row) for row in rows)


def test_the_footer_of_a_review_names_first_what_a_reviewer_does_most() -> None:
    assert [key.first for key in in_review_footer()[:3]] == ["c", "s", "space"]
    assert len(fitting_keys(80, in_review_footer())) >= 6
    assert not set(in_review_footer()) & set(in_footer())
    assert set(REVIEW_KEYS) <= set(keys_of_review())
