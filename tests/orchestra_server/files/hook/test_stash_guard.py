from pathlib import Path

import pytest

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.stash_guard import changes_stash, guard_stash, parse_aliases


@pytest.fixture
def worker(tmp_path: Path) -> Reader:
    return Reader({"root": str(tmp_path), "chamber": "auth", "main": str(tmp_path)}, {})


@pytest.mark.parametrize(
    "command",
    [
        "git stash",
        "git stash pop",
        "cd src && git stash push -m wip",
        "GIT_PAGER=cat git -C src stash drop",
        "sudo git --no-pager stash clear",
        "if true; then git stash; fi",
        "(git stash)",
    ],
)
def test_a_command_that_changes_the_stash_is_recognised(command: str) -> None:
    assert changes_stash(command, {})


@pytest.mark.parametrize(
    "command",
    [
        "git stash list",
        "git stash show -p",
        "git commit -m 'git stash'",
        'echo "; git stash; "',
        "git status",
        "stash",
        "",
    ],
)
def test_a_command_that_only_reads_or_names_the_stash_is_not_recognised(command: str) -> None:
    assert not changes_stash(command, {})


def test_aliases_are_followed_to_the_stash_and_a_cycle_of_aliases_ends() -> None:
    aliases = parse_aliases(
        "alias.st stash\nalias.a b\nalias.b a\nalias.l stash list\nother.x stash\n"
    )
    assert changes_stash("git st", aliases)
    assert not changes_stash("git l", aliases)
    assert not changes_stash("git a", aliases)
    assert not changes_stash("git x", aliases)


def test_waiting_mail_leaves_the_denial_to_the_mail(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(worker.root, ".INTERRUPT").write_text("stop")
    guard_stash(worker, {"tool_input": {"command": "git stash"}})
    assert capsys.readouterr().out == ""


def test_a_stash_command_is_denied_with_an_alternative(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    guard_stash(worker, {"tool_input": {"command": "git stash"}})
    assert "Commit on your own branch instead (chamber auth;" in capsys.readouterr().out
