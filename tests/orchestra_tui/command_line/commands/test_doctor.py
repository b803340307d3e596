"""How checks are printed."""

from orchestra_tui.command_line.checks.checks import Check
from orchestra_tui.command_line.commands.doctor import check_lines


def test_a_failed_check_is_followed_by_its_remedy() -> None:
    check = Check(name="git", verdict="fail", found="2.30 is too old", mend="install git 2.38")
    assert check_lines(check) == [
        "fail  git             2.30 is too old",
        "                      install git 2.38",
    ]
    assert len(check_lines(Check(name="git", verdict="ok", found="2.39.5"))) == 1
