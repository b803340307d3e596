"""Which editor opens the person's configuration."""

import pytest

from orchestra_core.configuration.configuration import Configuration
from orchestra_core.errors import BadInput
from orchestra_tui.command_line.commands.configuration.config import editor


@pytest.fixture(autouse=True)
def _no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("name", "value"), [("VISUAL", "code --wait"), ("EDITOR", "code --wait")])
def test_the_environment_names_the_editor_with_its_options(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert editor(Configuration()) == ["code", "--wait"]


def test_without_an_editor_or_with_a_blank_one_it_is_vi(monkeypatch: pytest.MonkeyPatch) -> None:
    assert editor(Configuration()) == ["vi"]
    monkeypatch.setenv("EDITOR", "  ")
    assert editor(Configuration()) == ["vi"]


def test_an_editor_with_an_open_quote_is_a_one_line_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "code '--wait")
    with pytest.raises(BadInput, match=r"^EDITOR \"code '--wait\" is not a command \(No closing"):
        editor(Configuration())
