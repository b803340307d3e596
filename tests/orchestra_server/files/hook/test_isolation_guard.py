import json
from pathlib import Path

import pytest

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.isolation_guard import changes_stash, guard_stash, guard_write


@pytest.fixture
def main(tmp_path: Path) -> Path:
    for name in ("auth", "api"):
        hooks = tmp_path / "repo" / ".claude" / "worktrees" / name / ".claude" / "hooks"
        hooks.mkdir(parents=True)
        root = str(hooks.parents[1])
        settings = {"mode": "chamber", "root": root, "chamber": name, "main": str(tmp_path)}
        (hooks / "interrupt_monitor.json").write_text(json.dumps(settings))
    return tmp_path / "repo"


def worker(main: Path) -> Reader:
    root = str(main / ".claude" / "worktrees" / "auth")
    return Reader({"root": root, "chamber": "auth", "main": str(main)}, {})


def reason_for_write(main: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    guard_write(worker(main), {"cwd": str(main), "tool_input": {"file_path": str(path)}})
    return capsys.readouterr().out


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
    assert changes_stash(command)


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
    assert not changes_stash(command)


def test_a_write_into_another_chamber_is_denied_with_both_paths(
    main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = reason_for_write(main, main / ".claude/worktrees/api/src/a.py", capsys)
    assert "is in chamber api, and you work in chamber auth" in reason
    assert f"Write to {main}/.claude/worktrees/auth/src/a.py instead" in reason


def test_a_write_into_the_main_checkout_is_denied(
    main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is in the main checkout" in reason_for_write(main, main / "a.py", capsys)


def test_writes_in_the_own_chamber_and_outside_the_repository_are_allowed(
    main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reason_for_write(main, main / ".claude/worktrees/auth/a.py", capsys) == ""
    assert reason_for_write(main, main.parent / "elsewhere" / "a.py", capsys) == ""


def test_a_call_without_a_path_is_allowed(main: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guard_write(worker(main), {"cwd": str(main), "tool_input": {"content": "x"}})
    assert capsys.readouterr().out == ""


def test_with_isolation_switched_off_every_write_is_allowed(
    main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = main / ".claude" / "hooks" / "interrupt_monitor.json"
    settings.parent.mkdir()
    settings.write_text('{"isolation": false}')
    assert reason_for_write(main, main / "a.py", capsys) == ""


def test_waiting_mail_leaves_the_denial_to_the_mail(
    main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (main / ".claude" / "worktrees" / "auth" / ".INTERRUPT").write_text("stop")
    assert reason_for_write(main, main / "a.py", capsys) == ""
    guard_stash(worker(main), {"tool_input": {"command": "git stash"}})
    assert capsys.readouterr().out == ""


def test_a_stash_command_is_denied_with_an_alternative(
    main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guard_stash(worker(main), {"tool_input": {"command": "git stash"}})
    assert "Commit in your own branch instead (chamber auth;" in capsys.readouterr().out
