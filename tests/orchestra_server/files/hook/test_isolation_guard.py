import json
from pathlib import Path

import pytest

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.isolation_guard import guard_write


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
