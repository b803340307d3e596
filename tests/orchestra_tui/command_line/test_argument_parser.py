import os

import pytest

from orchestra_core.errors import BadInput
from orchestra_tui.command_line.argument_parser import (
    CommandParser,
    CommandParsers,
    OverviewFormatter,
    PlainFormatter,
)


def a_parser() -> CommandParser:
    parser = CommandParser(prog="orchestra", formatter_class=OverviewFormatter)
    CommandParsers(parser).add("status", "show the tasks", "Reads only.").add_argument("--json")
    return parser


def sixty_columns(_descriptor: int) -> os.terminal_size:
    return os.terminal_size((60, 20))


def test_a_usage_error_is_one_line_that_points_to_the_help() -> None:
    with pytest.raises(BadInput, match=r"'orchestra --help' shows the usage$") as raised:
        a_parser().parse_args(["nothing"])
    assert "\n" not in str(raised.value)


def test_an_abbreviated_option_is_refused() -> None:
    with pytest.raises(BadInput, match="unrecognized arguments: --js"):
        a_parser().parse_args(["status", "--js", "x"])


def test_the_overview_shows_each_command_with_its_summary() -> None:
    assert "    status        show the tasks\n" in a_parser().format_help()


def test_the_help_of_a_command_starts_with_its_summary_as_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        a_parser().parse_args(["status", "--help"])
    assert "Show the tasks. Reads only." in capsys.readouterr().out


@pytest.mark.parametrize(("columns", "width"), [("50", 48), ("0", 78), ("wide", 78), ("", 78)])
def test_the_width_is_that_of_columns_or_eighty(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    def no_terminal(_descriptor: int) -> os.terminal_size:
        raise OSError("no terminal")

    monkeypatch.setattr(os, "get_terminal_size", no_terminal)
    monkeypatch.setenv("COLUMNS", columns)
    text = PlainFormatter("orchestra")._format_text("word " * 60)  # pyright: ignore[reportPrivateUsage]
    assert width - 5 < max(map(len, text.splitlines())) <= width


def test_without_columns_the_width_is_the_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", sixty_columns)
    text = PlainFormatter("orchestra")._format_text("word " * 60)  # pyright: ignore[reportPrivateUsage]
    assert 53 < max(map(len, text.splitlines())) <= 58
