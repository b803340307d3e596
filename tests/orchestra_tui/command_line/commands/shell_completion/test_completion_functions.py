"""What the shells' functions do with names is tried in the real shells: tests/integration."""

from orchestra_tui.command_line.commands.shell_completion.completion_functions import (
    ASK,
    PREAMBLE,
    completer,
)


def test_each_shell_asks_by_the_hidden_command_and_hides_errors() -> None:
    for text in PREAMBLE.values():
        assert f" {ASK} " in text
        assert "2>/dev/null" in text


def test_a_completer_is_a_function_of_its_own_in_each_shell() -> None:
    live = completer("live")
    assert live["bash"] == live["zsh"] == "_orchestra_live"
    assert live["fish"] == "(_orchestra_names live)"
