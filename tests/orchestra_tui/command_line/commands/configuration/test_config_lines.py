"""What `orchestra config` prints."""

from orchestra_tui.command_line.commands.configuration.config_lines import config_lines, toml
from orchestra_tui.command_line.commands.configuration.present_options import (
    ConfigDocument,
    ConfigFileEntry,
    OptionEntry,
)


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


def test_values_are_written_as_toml_writes_them() -> None:
    assert [toml(value) for value in (True, 3, 'a"é', ("a", "b"))] == [
        "true", "3", '"a\\"é"', '["a", "b"]',
    ]  # fmt: skip
