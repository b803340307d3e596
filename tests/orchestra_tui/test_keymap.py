"""What `[keys]` of the configuration does to the table of keys."""

import pytest

from orchestra_tui.key_bindings import KEYS
from orchestra_tui.keymap import KeyWish, read_keymap, written_names


@pytest.mark.parametrize(
    ("wish", "keys"),
    [
        ("m", "m"),
        ("M", "M"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        ("ctrl+x", "ctrl+x"),
        ("Ctrl+X", "ctrl+x"),
        ("shift+m", "M"),
        ("alt+/", "alt+slash"),
        ("ctrl++", "ctrl+plus"),
        ("+", "plus"),
        ("F5", "f5"),
        ("esc", "escape"),
        ("pgdn", "pagedown"),
        ("space", "space"),
        (("m", "f6"), "m,f6"),
        ("none", ""),
        ("", ""),
        ((), ""),
    ],
)
def test_a_key_is_written_as_people_write_it(wish: KeyWish, keys: str) -> None:
    everything_else_off: dict[str, KeyWish] = {key.id: "none" for key in KEYS}
    keymap = read_keymap({**everything_else_off, "interrupt": wish})
    assert keymap.faults == {}
    assert keymap.keys["interrupt"] == keys


@pytest.mark.parametrize("wish", ["wrong+x", "f99", "hello", "ctrl+", "x y"])
def test_what_is_no_key_is_a_fault_and_changes_nothing(wish: str) -> None:
    keymap = read_keymap({"interrupt": wish})
    assert keymap.keys == {}
    assert keymap.faults == {
        "interrupt": f'keys.interrupt = "{wish}" names no key such as ctrl+x or f5'
    }


def test_an_unknown_id_is_a_fault_that_names_the_closest() -> None:
    assert read_keymap({"interupt": "m"}).faults == {
        "interupt": "unknown key keys.interupt; did you mean keys.interrupt?"
    }
    assert "'orchestra config' lists them" in read_keymap({"zzz": "m"}).faults["zzz"]


def test_a_key_of_another_command_is_a_fault_unless_that_one_gets_another() -> None:
    clash = read_keymap({"interrupt": "x"})
    assert clash.keys == {}
    assert clash.faults["interrupt"].startswith('keys.interrupt = "x" is also a key of close_cha')
    swapped = read_keymap({"interrupt": "x", "close_chamber": "i"})
    assert swapped.faults == {}
    assert read_keymap({"interrupt": "x", "close_chamber": "none"}).faults == {}


def test_a_key_of_a_review_may_be_one_of_the_room_but_of_no_other_command_of_the_review() -> None:
    assert read_keymap({"review.send": "i"}).faults == {}
    clash = read_keymap({"review.send": "x"})
    assert clash.faults["review.send"].startswith('keys.review.send = "x" is also a key of review')
    assert read_keymap({"review.send": "j"}).keys == {}


def test_the_tables_keys_can_be_written_back() -> None:
    written = {key.id: written_names(key.keys) for key in KEYS}
    keymap = read_keymap(written)
    assert keymap.faults == {}
    assert keymap.keys == {key.id: key.keys for key in KEYS}
