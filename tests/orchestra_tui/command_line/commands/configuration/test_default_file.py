"""The commented file of `orchestra config --default`."""

import re
from pathlib import Path

from orchestra_core.configuration.configuration import read_text
from orchestra_core.configuration.options import OPTIONS
from orchestra_tui.command_line.commands.configuration.default_file import default_file
from orchestra_tui.key_bindings import KEYS
from orchestra_tui.keymap import read_keymap

OWN = Path("/c/config.toml")


def test_the_default_file_changes_nothing() -> None:
    file = read_text(OWN, default_file(), own=True)
    assert (file.values, file.keys, file.problems) == ({}, {}, ())


def test_the_default_file_without_its_comment_signs_sets_each_option_to_its_default() -> None:
    text = re.sub(r"^# ([a-z_.]+ = )", r"\1", default_file(), flags=re.MULTILINE)
    file = read_text(OWN, text, own=True)
    assert file.problems == ()
    assert file.values == {option.name: option.default for option in OPTIONS}
    assert read_keymap(file.keys).keys == {key.id: key.keys for key in KEYS}
