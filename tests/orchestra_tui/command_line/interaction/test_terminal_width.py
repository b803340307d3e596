"""How wide the terminal is, with and without one."""

import os

import pytest

from orchestra_tui.command_line.interaction.terminal_width import terminal_width


def sixty_columns(_descriptor: int) -> os.terminal_size:
    return os.terminal_size((60, 20))


def no_terminal(_descriptor: int) -> os.terminal_size:
    raise OSError("no terminal")


@pytest.mark.parametrize(("columns", "width"), [("50", 50), ("0", 60), ("wide", 60), ("", 60)])
def test_columns_win_over_the_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setattr(os, "get_terminal_size", sixty_columns)
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_width() == width


def test_without_a_terminal_it_is_eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "get_terminal_size", no_terminal)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal_width() == 80
