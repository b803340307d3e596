"""How a command ends: its exit code, and one line when something is wrong."""

import sys
from pathlib import Path

import pytest

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR
from orchestra_tui.command_line import main as module
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.main import main
from tests.support.repositories import small_repository


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(STATE_DIR, str(tmp_path / "state"))
    monkeypatch.delenv(REDIS_URL, raising=False)
    monkeypatch.delenv(PROJECT, raising=False)


def ending_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(options: Options) -> int:
        raise error

    monkeypatch.setattr(module, "_run", fail)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("orchestra: ")
    assert said.err.count("\n") == 1
    return said.err


def test_a_wrong_call_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bogus"]) == 2
    assert "'orchestra --help' shows the usage" in complaint(capsys)


def test_a_wrong_value_in_the_environment_ends_with_two(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PROJECT, "not a name")
    small_repository(tmp_path / "shop")
    assert main(["-C", str(tmp_path / "shop"), "status"]) == 2
    assert "ORCHESTRA_PROJECT" in complaint(capsys)


def test_a_failure_ends_with_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, Refused("not now"))
    assert main([]) == 1
    assert complaint(capsys) == "orchestra: not now\n"


def test_an_error_is_made_harmless_and_kept_to_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, OrchestraError("bad \x1b[31mname\x1b[0m\nand more\x07"))
    assert main([]) == 1
    assert complaint(capsys) == "orchestra: bad name and more\n"


def test_the_system_s_refusal_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, PermissionError(13, "Permission denied", "/x"))
    assert main([]) == 1
    assert "Permission denied" in complaint(capsys)


def test_an_interrupt_from_the_keyboard_is_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, KeyboardInterrupt())
    assert main([]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("command", [[], ["status"], ["events"], ["init"]])
def test_outside_a_repository_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    assert main(["-C", str(tmp_path), *command]) == 1
    assert "is not in a git repository" in complaint(capsys)


def test_a_directory_that_is_not_there_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["-C", str(tmp_path / "gone"), "status"]) == 1
    assert "gone is not a directory" in complaint(capsys)


def test_the_room_needs_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_repository(tmp_path / "shop")
    assert not sys.stdout.isatty()
    assert main(["-C", str(tmp_path / "shop")]) == 1
    assert "the room needs a terminal" in complaint(capsys)


def test_a_chamber_s_name_that_cannot_be_is_a_wrong_call(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    small_repository(tmp_path / "shop")
    assert main(["-C", str(tmp_path / "shop"), "interrupt", "../x", "hello"]) == 2
    assert "'../x' is not allowed" in complaint(capsys)


def test_an_empty_message_is_a_wrong_call(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    small_repository(tmp_path / "shop")
    assert main(["-C", str(tmp_path / "shop"), "interrupt", "auth", " \x00 "]) == 2
    assert "TEXT is empty" in complaint(capsys)


def test_stopping_what_does_not_run_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down"]) == 0
    assert capsys.readouterr().out.startswith("No private Valkey is running")
