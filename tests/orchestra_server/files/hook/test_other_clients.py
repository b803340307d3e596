import json
from pathlib import Path

import pytest

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.hook.other_clients import (
    deny_with_text,
    find_session,
    serve_other_client,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo" / ".claude" / "worktrees" / "auth"
    (root / ".claude" / "hooks").mkdir(parents=True)
    settings = {"mode": "chamber", "root": str(root), "chamber": "auth"}
    (root / ".claude" / "hooks" / "interrupt_monitor.json").write_text(json.dumps(settings))
    return root


def reader_of(root: Path) -> Reader:
    return Reader({"root": str(root), "chamber": "auth"}, {"session_id": "s"})


def main_checkout(root: Path) -> Fields:
    return {"mode": "main", "root": str(root.parents[2])}


def test_a_chambers_own_hook_serves_its_session(root: Path) -> None:
    reader = find_session({"mode": "chamber", "root": str(root), "chamber": "auth"}, {})
    assert reader is not None
    assert reader.name == "auth"


def test_the_main_checkouts_hook_serves_a_session_started_in_a_chamber(root: Path) -> None:
    reader = find_session(main_checkout(root), {"cwd": str(root / "src")})
    assert reader is not None
    assert reader.name == "auth"


def test_the_main_checkouts_hook_ignores_a_session_elsewhere(root: Path) -> None:
    assert find_session(main_checkout(root), {"cwd": str(root.parents[2])}) is None


def test_a_denial_contains_the_text_of_the_mail(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".INTERRUPT").write_text("please stop")
    deny_with_text(reader_of(root))
    answer = json.loads(capsys.readouterr().out)["hookSpecificOutput"]
    assert answer["permissionDecision"] == "deny"
    assert "please stop" in answer["permissionDecisionReason"]
    assert not (root / ".INTERRUPT").exists()


def test_without_mail_a_tool_call_is_not_answered(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deny_with_text(reader_of(root))
    assert capsys.readouterr().out == ""


def test_geminis_events_are_translated_and_answered_in_its_own_form(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".INTERRUPT").write_text("please stop")
    serve_other_client("gemini", "BeforeTool", reader_of(root), {})
    answer = json.loads(capsys.readouterr().out)
    assert answer["decision"] == "deny"
    assert "please stop" in answer["reason"]
