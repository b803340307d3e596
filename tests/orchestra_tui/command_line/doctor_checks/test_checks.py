import shutil
from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_tui.command_line.doctor_checks import checks
from orchestra_tui.command_line.doctor_checks.checks import (
    check_claude_code,
    check_git,
    check_repository,
)
from tests.support.git.repositories import empty_repository, small_repository


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def install_as_claude(monkeypatch: pytest.MonkeyPatch, path: str | None) -> None:
    def which(_name: str) -> str | None:
        return path

    monkeypatch.setattr(shutil, "which", which)


@pytest.mark.parametrize(
    ("version", "verdict"), [((2, 38, 0), "ok"), ((2, 37, 9), "fail"), ((3, 0, 0), "ok")]
)
def test_git_has_to_be_2_38_or_newer(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], verdict: str
) -> None:
    monkeypatch.setattr(checks, "git_version", lambda: version)
    assert check_git().verdict == verdict


def test_a_missing_git_fails_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_git() -> tuple[int, ...]:
        raise Unavailable("git was not found on PATH")

    monkeypatch.setattr(checks, "git_version", no_git)
    assert (check_git().verdict, check_git().found) == ("fail", "git was not found on PATH")


def test_a_repository_passes_with_its_branch_or_commit(tmp_path: Path) -> None:
    repository = small_repository(tmp_path / "shop")
    assert check_repository(repository.path).found == f"{repository.path}, on main"
    repository.git("switch", "--quiet", "--detach")
    assert check_repository(repository.path).found.endswith(f"detached at {repository.head[:10]}")


def test_a_directory_without_a_commit_fails(tmp_path: Path) -> None:
    assert check_repository(empty_repository(tmp_path / "shop").path).verdict == "fail"
    assert check_repository(tmp_path).verdict == "fail"


def test_claude_code_passes_with_its_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = program(tmp_path / "claude", "echo 2.1.0")
    install_as_claude(monkeypatch, path)
    assert (check_claude_code().verdict, check_claude_code().found) == ("ok", "2.1.0")


@pytest.mark.parametrize("script", ["", "exit 3"])
def test_without_a_working_claude_code_there_is_only_a_note(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    path = program(tmp_path / "claude", script) if script else None
    install_as_claude(monkeypatch, path)
    check = check_claude_code()
    assert check.verdict == "note"
    assert check.mend
