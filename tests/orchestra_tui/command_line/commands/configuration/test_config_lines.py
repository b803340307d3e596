"""What `orchestra config` prints."""

import re
from pathlib import Path

from orchestra_core.configuration.configuration import read_text
from orchestra_core.configuration.options import OPTIONS
from orchestra_tui.command_line.commands.configuration.config_lines import (
    config_lines,
    default_file,
    toml,
)
from orchestra_tui.command_line.commands.configuration.present_options import (
    ConfigDocument,
    ConfigFileEntry,
    OptionEntry,
)
from orchestra_tui.key_bindings import KEYS
from orchestra_tui.keymap import read_keymap

OWN = Path("/c/config.toml")


def test_each_option_stands_in_a_line_with_its_source() -> None:
    document = ConfigDocument(
        files=(
            ConfigFileEntry(path="/c/config.toml", own=True, exists=True),
            ConfigFileEntry(path="/shop/orchestra.toml", own=False, exists=False),
        ),
        options=(
            OptionEntry(name="limits.unread", value=9, source="file", place="/c/x", line=3),
            OptionEntry(name="limits.linger", value=7, source="environment", place="VAR"),
            OptionEntry(name="theme.name", value="", source="default"),
        ),
        problems=(),
    )
    assert config_lines(document) == [
        "# yours: /c/config.toml",
        "# the repository's: /shop/orchestra.toml (not there)",
        "limits.unread = 9  /c/x:3",
        "limits.linger = 7  VAR",
        'theme.name = ""    default',
    ]


def test_the_default_file_changes_nothing() -> None:
    file = read_text(OWN, default_file(), own=True)
    assert (file.values, file.keys, file.problems) == ({}, {}, ())


def test_the_default_file_without_its_comment_signs_sets_each_option_to_its_default() -> None:
    text = re.sub(r"^# ([a-z_.]+ = )", r"\1", default_file(), flags=re.MULTILINE)
    file = read_text(OWN, text, own=True)
    assert file.problems == ()
    assert file.values == {option.name: option.default for option in OPTIONS}
    assert read_keymap(file.keys).keys == {key.id: key.keys for key in KEYS}


def test_values_are_written_as_toml_writes_them() -> None:
    assert [toml(value) for value in (True, 3, 'a"é', ("a", "b"))] == [
        "true", "3", '"a\\"é"', '["a", "b"]',
    ]  # fmt: skip
