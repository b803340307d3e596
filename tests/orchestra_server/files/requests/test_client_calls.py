"""Which of a client's reports show that a request needs no answer any more."""

import json
from collections.abc import Mapping

from msgspec.structs import replace

from orchestra_server.domain.workers.requests import CLIENT_NOTE, ENDED_NOTE
from orchestra_server.files.requests.client_calls import ClientCall, read_client_call
from tests.support.samples.documents import NOON, a_question, a_request

NOTHING: Mapping[str, object] = {}
CALL = {"tool_name": "Bash", "tool_input": {"command": "npm test"}}
REQUEST = replace(a_request(), tool_input='{"command":"npm test"}')


def reported(event: str, fields: Mapping[str, object] = NOTHING, at: int = NOON + 1) -> ClientCall:
    payload = json.dumps({"hook_event_name": event, "session_id": "s1", **fields}).encode()
    call = read_client_call(b"/repo\0/repo\0claude\0" + payload, at * 1_000_000)
    assert call is not None
    return call


def test_the_end_of_its_call_shows_that_the_terminal_has_answered() -> None:
    assert reported("PostToolUse", CALL).ends(REQUEST) == CLIENT_NOTE
    assert reported("PostToolUseFailure", CALL).ends(REQUEST) == CLIENT_NOTE
    assert reported("PostToolBatch").ends(REQUEST) == CLIENT_NOTE


def test_other_calls_of_the_batch_show_nothing() -> None:
    other = {"tool_name": "Bash", "tool_input": {"command": "ls"}}
    assert reported("PostToolUse", other).ends(REQUEST) == ""
    assert reported("PostToolUse", {"tool_name": "Read"}).ends(REQUEST) == ""
    assert reported("PreToolUse", CALL).ends(REQUEST) == ""
    assert reported("Notification").ends(REQUEST) == ""


def test_an_answered_question_has_more_in_it_than_was_asked() -> None:
    answered = {"answers": {"Which colour?": "Red"}}
    call = reported("PostToolUse", {"tool_name": "AskUserQuestion", "tool_input": answered})
    assert call.ends(a_question()) == CLIENT_NOTE


def test_the_end_of_a_turn_ends_what_its_own_agent_has_asked() -> None:
    for event in ("Stop", "StopFailure", "UserPromptSubmit", "SessionEnd", "SubagentStop"):
        assert reported(event).ends(REQUEST) == ENDED_NOTE
    of_subagent = replace(REQUEST, agent_id="a-1")
    assert reported("Stop").ends(of_subagent) == ""
    assert reported("SubagentStop", {"agent_id": "a-1"}).ends(of_subagent) == ENDED_NOTE
    assert reported("SessionEnd").ends(of_subagent) == ENDED_NOTE


def test_a_report_from_before_the_request_shows_nothing() -> None:
    assert reported("Stop", at=NOON - 1).ends(REQUEST) == ""


def test_anything_but_a_report_shows_nothing() -> None:
    assert read_client_call(b"/repo\0/repo\0claude\0{", 0) is None
    assert read_client_call(b"\xff", 0) is None
