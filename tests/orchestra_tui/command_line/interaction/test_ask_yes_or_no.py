import io
import sys

import pytest

from orchestra_tui.command_line.interaction.ask_yes_or_no import ask_yes_or_no, can_ask


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("y\n", "yes"), ("YES \n", "yes"), ("\n", "no"), ("", "no"), ("yup\n", "no"), ("n\n", "no")],
)
def test_only_a_plain_yes_is_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, answer: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert ask_yes_or_no("Land \x1b[2Jauth?") is (answer == "yes")
    assert capsys.readouterr() == ("", "Land auth? [y/N] ")


def test_nobody_can_be_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert not can_ask()
