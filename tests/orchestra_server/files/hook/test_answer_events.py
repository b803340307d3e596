import json
import os
import time
from pathlib import Path

import pytest

from orchestra_server.files.hook.answer_events import (
    deny_call,
    handle_mail,
    hook_answer,
    read_suspension,
)
from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import Fields


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".claude" / "hooks").mkdir(parents=True)
    return tmp_path


def reader_of(root: Path, payload: Fields | None = None) -> Reader:
    return Reader({"root": str(root), "chamber": "auth"}, payload or {"session_id": "s"})


def denial(root: Path, capsys: pytest.CaptureFixture[str], payload: Fields | None = None) -> str:
    deny_call(reader_of(root, payload))
    printed = capsys.readouterr().out
    return json.loads(printed)["hookSpecificOutput"]["permissionDecisionReason"] if printed else ""


@pytest.mark.parametrize(
    ("event", "gemini_event", "as_context", "answer"),
    [
        ("PreToolUse", "", False, {"hookSpecificOutput": {
            "hookEventName": "PreToolUse", "permissionDecision": "deny",
            "permissionDecisionReason": "text"}}),
        ("Stop", "", False, {"decision": "block", "reason": "text"}),
        ("PostToolBatch", "", True, {"hookSpecificOutput": {
            "hookEventName": "PostToolBatch", "additionalContext": "text"}}),
        ("PreToolUse", "BeforeTool", False, {"decision": "deny", "reason": "text"}),
        ("UserPromptSubmit", "BeforeAgent", True, {"hookSpecificOutput": {
            "hookEventName": "BeforeAgent", "additionalContext": "text"}}),
    ],
)  # fmt: skip
def test_each_answer_has_the_form_that_its_client_reads(
    event: str, gemini_event: str, *, as_context: bool, answer: Fields
) -> None:
    assert hook_answer(event, gemini_event, "text", as_context=as_context) == answer


def test_a_call_without_mail_is_not_answered(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert denial(root, capsys) == ""


def test_a_first_denial_says_that_the_mail_is_shown_next(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".INTERRUPT").write_text("please stop")
    assert "because a message is waiting" in denial(root, capsys)
    assert "It is shown to you next" in denial(root, capsys)


def test_a_denial_in_a_later_batch_delivers_the_text(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".INTERRUPT").write_text("please stop")
    denial(root, capsys)
    long_ago = time.time() - 60
    os.utime(root / ".claude" / "hooks" / "interrupt_monitor.denied", (long_ago, long_ago))
    assert "please stop" in denial(root, capsys)
    assert not (root / ".INTERRUPT").exists()


def test_a_workers_subagent_is_told_to_end_its_turn(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".INTERRUPT").write_text("please stop")
    assert "end your turn" in denial(root, capsys, {"agent_id": "inner"})


def test_a_suspension_denies_calls_with_its_reason_on_one_quoted_line(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suspension = {"from": "Ada\n", "message": "wait\nfor me"}
    (root / ".INTERRUPT.suspended").write_text(json.dumps(suspension))
    reason = denial(root, capsys)
    assert "Ada has suspended the work in chamber auth" in reason
    assert reason.endswith("The reason given:\n> wait for me")


def test_an_invalid_suspension_file_suspends_too(root: Path) -> None:
    assert read_suspension(reader_of(root)) == ""
    (root / ".INTERRUPT.suspended").write_text("{")
    assert "an unnamed sender has suspended" in read_suspension(reader_of(root))


def test_the_end_of_a_turn_is_blocked_by_mail(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".INTERRUPT").write_text("please stop")
    assert handle_mail("Stop", reader_of(root))
    answer = json.loads(capsys.readouterr().out)
    assert answer["decision"] == "block"
    assert "please stop" in answer["reason"]


def test_an_event_that_shows_no_context_leaves_the_mail(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".INTERRUPT").write_text("please stop")
    assert not handle_mail("Notification", reader_of(root))
    assert capsys.readouterr().out == ""
    assert (root / ".INTERRUPT").exists()
