"""The footer shows the keys that act on what is selected."""

import pytest
from msgspec.structs import replace

from orchestra_tui.key_bindings import in_footer
from orchestra_tui.presentation.choices.active_keys import Selected, active_keys
from tests.support.gallery.scene_states import chamber, task

AUTH = chamber("auth")
OPEN = task()


@pytest.mark.parametrize(
    ("selected", "missing"),
    [
        (Selected(OPEN, AUTH, anybody_in_need=True), {"W"}),
        (Selected(OPEN, AUTH, anybody_in_need=True, has_worker=True), {"w", "W"}),
        (Selected(OPEN, AUTH, anybody_in_need=True, has_worker=True, runs_worker=True), {"w"}),
        (Selected(OPEN, AUTH), {"space", "W"}),
        (Selected(OPEN, None, anybody_in_need=True), {"d", "x", "i", "w", "W"}),
        (Selected(OPEN, replace(AUTH, state="closed"), anybody_in_need=True), {"i", "w", "W"}),
        (Selected(replace(OPEN, state="completed"), AUTH, anybody_in_need=True), {"c", "L", "W"}),
        (Selected(), {"space", "d", "x", "i", "c", "L", "w", "W"}),
    ],
)
def test_keys_that_cannot_act_are_left_out(selected: Selected, missing: set[str]) -> None:
    shown = {key.first for key in active_keys(selected)}
    assert {key.first for key in in_footer()} - shown == missing


def test_enter_is_named_by_what_it_does_on_the_row() -> None:
    enter = {key.id: key.label for key in active_keys(Selected(OPEN, AUTH, enter="allow or deny"))}[
        "open"
    ]
    assert enter == "allow or deny"
    assert {key.id: key.label for key in active_keys(Selected(OPEN, AUTH))}["open"] == "open"
