"""How checks are printed."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands import doctor
from orchestra_tui.command_line.commands.doctor import check_lines
from orchestra_tui.command_line.doctor_checks.checks import Check
from tests.support.git.repositories import small_repository


def test_a_failed_check_is_followed_by_its_remedy() -> None:
    check = Check(name="git", verdict="fail", found="2.30 is too old", mend="install git 2.38")
    assert check_lines(check) == [
        "fail  git             2.30 is too old",
        "                      install git 2.38",
    ]
    assert len(check_lines(Check(name="git", verdict="ok", found="2.39.5"))) == 1


def test_a_project_name_that_no_command_takes_is_a_failure(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = small_repository(tmp_path / "shop").path
    wrong = replace(settings, project="../x y")
    assert doctor.run(CommandContext(shop, wrong), as_json=False) == 1
    expected = (
        "fail  project         ORCHESTRA_PROJECT '../x y' is not allowed; use 1 to 100 letters"
    )
    assert expected in capsys.readouterr().out
