"""How a command ends: its exit code, and one line when something is wrong."""

import sys
from pathlib import Path

import pytest

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR
from orchestra_tui.command_line import main as module
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.main import main
from tests.support.git.repositories import small_repository


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(STATE_DIR, str(tmp_path / "state"))
    monkeypatch.delenv(REDIS_URL, raising=False)
    monkeypatch.delenv(PROJECT, raising=False)


def ending_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(options: Options, _typed_at: int | None) -> int:
        raise error

    monkeypatch.setattr(module, "_run", fail)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("orchestra: ")
    assert said.err.count("\n") == 1
    return said.err


def test_a_usage_error_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bogus"]) == 2
    assert "'orchestra --help' shows the usage" in complaint(capsys)


def test_an_invalid_environment_variable_exits_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PROJECT, "not a name")
    small_repository(tmp_path / "shop")
    assert main(["-C", str(tmp_path / "shop"), "status"]) == 2
    assert "ORCHESTRA_PROJECT" in complaint(capsys)


def test_a_failure_exits_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, Refused("not now"))
    assert main([]) == 1
    assert complaint(capsys) == "orchestra: not now\n"


def test_an_error_is_printed_as_one_line_without_control_characters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, OrchestraError("bad \x1b[31mname\x1b[0m\nand more\x07"))
    assert main([]) == 1
    assert complaint(capsys) == "orchestra: bad name and more\n"


def test_an_error_of_the_system_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, PermissionError(13, "Permission denied", "/x"))
    assert main([]) == 1
    assert "Permission denied" in complaint(capsys)


def test_ctrl_c_prints_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_with(monkeypatch, KeyboardInterrupt())
    assert main([]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("command", [[], ["status"], ["events"], ["init"]])
def test_a_command_outside_a_repository_prints_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    assert main(["-C", str(tmp_path), *command]) == 1
    assert "is not in a git repository" in complaint(capsys)


def test_a_missing_directory_prints_an_error(
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


def test_an_invalid_chamber_name_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    small_repository(tmp_path / "shop")
    assert main(["-C", str(tmp_path / "shop"), "interrupt", "../x", "hello"]) == 2
    assert "'../x' is not allowed" in complaint(capsys)


def test_an_empty_message_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    small_repository(tmp_path / "shop")
    assert main(["-C", str(tmp_path / "shop"), "interrupt", "auth", " \x00 "]) == 2
    assert "TEXT is empty" in complaint(capsys)


def test_stopping_a_valkey_that_does_not_run_is_not_a_failure(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["-C", str(tmp_path), "down"]) == 0
    assert capsys.readouterr().out.startswith("No private Valkey is running")
