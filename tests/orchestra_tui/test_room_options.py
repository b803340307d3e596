"""What the room takes from the configuration."""

from pathlib import Path

from orchestra_core.configuration.configuration import Configuration, read_text
from orchestra_tui.room_options import RoomOptions, read_room_options, theme_names

OWN = Path("/c/config.toml")


def options(text: str) -> RoomOptions:
    return read_room_options(Configuration((read_text(OWN, text, own=True),)))


def test_keys_and_theme_are_taken() -> None:
    read = options('[keys]\ninterrupt = "m"\n[theme]\nname = "nord"\n')
    assert (read.keymap, read.theme, read.problems) == ({"interrupt": "m"}, "nord", ())


def test_a_wrong_key_and_a_wrong_theme_are_problems_with_their_lines() -> None:
    read = options('\n[keys]\ninterrupt = "m"\nstop = "wrong"\n[theme]\nname = "nrod"\n')
    assert (read.keymap, read.theme) == ({"interrupt": "m"}, "")
    first, second = map(str, read.problems)
    assert first == '/c/config.toml:4: keys.stop = "wrong" names no key such as ctrl+x or f5'
    assert second.startswith(
        '/c/config.toml:6: theme.name = "nrod" is not a theme; the themes are ansi-'
    )


def test_the_problems_of_the_file_are_among_them() -> None:
    assert [problem.line for problem in options("[limits]\nwrong = 1\n").problems] == [2]


def test_there_are_the_rooms_themes_and_textuals() -> None:
    assert {"orchestra-dark", "orchestra-light", "nord", "dracula"} <= set(theme_names())
