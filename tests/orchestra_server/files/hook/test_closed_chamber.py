"""What a worker hears whose chamber is gone: calls are denied, and a turn may end."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_server.files.hook.closed_chamber import (
    answer_closed,
    closed_answer,
    closed_message,
    taken_message,
)
from orchestra_server.files.hook.find_reader import Reader, closed_mark


def test_a_call_is_denied_in_the_words_of_each_client() -> None:
    assert closed_answer("PreToolUse", "", "gone") == {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": "gone",
        }
    }
    assert closed_answer("PreToolUse", "BeforeTool", "gone") == {
        "decision": "deny",
        "reason": "gone",
    }


@pytest.mark.parametrize(
    "event", ["SessionStart", "UserPromptSubmit", "PostToolUse", "PostToolBatch"]
)
@pytest.mark.parametrize("gemini_event", ["", "AfterTool"])
def test_the_model_is_told_in_events_that_show_context(event: str, gemini_event: str) -> None:
    told = {"hookEventName": gemini_event or event, "additionalContext": "gone"}
    assert closed_answer(event, gemini_event, "gone") == {"hookSpecificOutput": told}


@pytest.mark.parametrize("event", ["Stop", "SubagentStop"])
def test_a_turn_may_end_and_the_person_reads_why(event: str) -> None:
    assert closed_answer(event, "", "gone") == {"systemMessage": "gone", "stopReason": "gone"}


def test_an_event_without_a_message_is_not_answered() -> None:
    assert closed_answer("SessionEnd", "", "gone") == {}


@pytest.mark.parametrize("message", [closed_message, taken_message])
def test_only_a_denied_call_is_said_not_to_have_run(message: Callable[[str, str], str]) -> None:
    assert message("PreToolUse", "auth").startswith(
        "This call did not run, but the user did not refuse it: chamber auth "
    )
    assert message("Stop", "auth").startswith("Chamber auth ")


@pytest.mark.parametrize(("event", "is_freed"), [("SubagentStop", True), ("PreToolUse", False)])
def test_a_subagent_whose_turn_ends_is_free_for_another_chamber(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], event: str, *, is_freed: bool
) -> None:
    memory = tmp_path / "a-1.json"
    memory.write_text('{"chamber": "/auth", "agent": "a-1"}')
    mark = Path(closed_mark(str(memory)))
    mark.touch()
    reader = Reader({"root": "/auth", "chamber": "auth"}, {"agent_id": "a-1"}, str(memory))
    answer_closed(event, reader)
    assert mark.exists() != is_freed
    assert json.loads(memory.read_text()).get("ended", False) == is_freed
    assert "chamber auth is closed" in capsys.readouterr().out.replace("Chamber", "chamber")


def test_the_end_of_a_session_prints_nothing_and_remembers_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer_closed("SessionEnd", Reader({"root": str(tmp_path), "chamber": "auth"}, {}))
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []
