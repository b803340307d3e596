"""What `orchestra doctor` says of the protection that is in force."""

import json
import sys
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_server.files.installation.install import initialise
from orchestra_tui.command_line.doctor_checks.protection_check import (
    check_protection,
    protection_of,
    sandbox_words,
)
from tests.support.git.repositories import small_repository

ON = {"sandbox": {"enabled": True}}
OFF = {"sandbox": {"enabled": False}}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([{}, {"sandbox": 7}], "Claude Code's sandbox is off"),
        ([OFF, ON], "Claude Code's sandbox is off"),
        ([{}, ON], "sandbox (/1) holds Bash"),
        ([ON], ", unless a command asks to leave it, so"),
        ([{"sandbox": {"enabled": True, "allowUnsandboxedCommands": False}}], "started in, so"),
    ],
)
def test_the_first_file_that_speaks_of_the_sandbox_decides(
    files: list[dict[str, object]], words: str
) -> None:
    assert words in sandbox_words([(Path(f"/{at}"), file) for at, file in enumerate(files)])


def test_isolation_that_is_off_is_a_note_with_its_cure() -> None:
    check = protection_of("x", isolation=False)
    assert (check.verdict, check.found) == (
        "note",
        "isolation is off, so the hooks guard only git's stash; x",
    )
    assert "orchestra init" in check.mend


def test_the_check_says_what_is_installed(tmp_path: Path) -> None:
    repository = small_repository((tmp_path / "shop").resolve(), {"a": "1"})
    project = find_project(repository.path)
    environ = {"HOME": str(tmp_path)}
    assert list(check_protection(project, environ)) == []
    initialise(repository.path, Path(sys.executable))
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text(json.dumps(ON))
    (check,) = check_protection(project, environ)
    assert check.verdict == "ok"
    assert check.found.startswith("the hooks deny file tools and plain shell writes outside")
    assert f"{tmp_path}/.claude/settings.json" in check.found
