"""What the pager of a diff gets."""

from pathlib import Path

import pytest

from orchestra_tui.command_line.interaction.pager import page


def test_the_pager_gets_the_text_and_gits_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LESS", raising=False)
    page(f'cat > "{tmp_path}/text"; printf %s "$LESS" > "{tmp_path}/less"', "één\n")
    assert (tmp_path / "text").read_text() == "één\n"
    assert (tmp_path / "less").read_text() == "FRX"


def test_a_pager_that_is_closed_early_is_not_a_failure() -> None:
    page("true", "x" * 10_000_000)


def test_without_a_pager_or_a_text_it_is_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    page("", "text\n")
    page("echo never", "")
    assert capfdbinary.readouterr().out == b"text\n"
