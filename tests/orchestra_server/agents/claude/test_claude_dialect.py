"""What Claude Code's lines mean; the lines were written by 2.1.330."""

import json

import msgspec
import pytest

from orchestra_core.errors import Refused
from orchestra_server.agents.agent_driver import Allow, Choose, Deny
from orchestra_server.agents.claude.claude_dialect import OLDEST, ClaudeDialect, is_too_old
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import (
    Asked,
    AskWithdrawn,
    Noted,
    Report,
    Said,
    SubagentChanged,
    ToolBegan,
    TurnBegan,
    TurnEnded,
    Used,
)

LISTING = {"command": "ls"}
COLOURS = {"questions": [{"question": "Which?", "options": [{"label": "Blue"}]}]}


def line(**fields: object) -> OutputLine:
    content = msgspec.json.encode(fields)
    return OutputLine(content, len(content))


def initialized(account: dict[str, str]) -> OutputLine:
    answer = {"account": account, "claude_code_version": "2.1.330", "commands": [{"name": "x"}]}
    return line(
        type="control_response",
        response={"subtype": "success", "request_id": "initialize", "response": answer},
    )


@pytest.fixture
def dialect() -> ClaudeDialect:
    dialect = ClaudeDialect("claude", "c-1")
    dialect.open()
    dialect.receive(initialized({"tokenSource": "none", "apiKeySource": "ANTHROPIC_API_KEY"}))
    assert dialect.is_ready
    return dialect


def reported(dialect: ClaudeDialect, **fields: object) -> tuple[Report, ...]:
    exchange = dialect.receive(line(**fields))
    assert exchange.lines == ()
    return exchange.reports


def ask(dialect: ClaudeDialect, tool: str, arguments: object) -> Asked:
    request = {"subtype": "can_use_tool", "tool_name": tool, "input": arguments,
               "tool_use_id": "t-1", "description": "a.txt"}  # fmt: skip
    reports = reported(dialect, type="control_request", request_id="r-1", request=request)
    assert isinstance(reports[-1], Asked)
    return reports[-1]


def answered(dialect: ClaudeDialect, answer: Allow | Deny | Choose) -> object:
    (sent,) = dialect.answer("r-1", answer).lines
    return json.loads(sent)["response"]["response"]


@pytest.mark.parametrize(
    ("account", "is_ready"),
    [
        ({"tokenSource": "none", "apiProvider": "firstParty"}, False),
        ({"tokenSource": "none", "apiProvider": "bedrock"}, True),
        ({"tokenSource": "claude.ai", "apiProvider": "firstParty"}, True),
    ],
)
def test_an_account_that_cannot_ask_a_model_is_refused(
    account: dict[str, str], *, is_ready: bool
) -> None:
    dialect = ClaudeDialect("claude", "")
    if is_ready:
        dialect.receive(initialized(account))
        assert dialect.is_ready
    else:
        with pytest.raises(Refused, match="nobody is signed in to claude; run 'claude' in a"):
            dialect.receive(initialized(account))


def test_a_client_that_does_not_know_the_protocol_is_refused() -> None:
    failed = {"subtype": "error", "request_id": "initialize", "error": "Unknown subtype"}
    with pytest.raises(Refused, match="claude cannot be worked with: Unknown subtype; update it"):
        ClaudeDialect("claude", "").receive(line(type="control_response", response=failed))


def test_a_permission_is_allowed_with_the_arguments_that_were_shown(dialect: ClaudeDialect) -> None:
    asked = ask(dialect, "Write", {"file_path": "/c/a.txt", "content": "hi"})
    assert (asked.kind, asked.tool_id, asked.title) == ("permission", "t-1", "a.txt")
    arguments = {"file_path": "/c/a.txt", "content": "hi"}
    assert answered(dialect, Allow()) == {"behavior": "allow", "updatedInput": arguments}
    assert dialect.answer("r-1", Allow()).lines == ()


def test_a_question_is_answered_in_the_order_of_its_choices(dialect: ClaudeDialect) -> None:
    assert ask(dialect, "AskUserQuestion", COLOURS).kind == "question"
    updated = {**COLOURS, "answers": {"Which?": "Blue"}}
    assert answered(dialect, Choose(("Blue",))) == {"behavior": "allow", "updatedInput": updated}


def test_a_denial_without_words_has_words(dialect: ClaudeDialect) -> None:
    ask(dialect, "Bash", {"command": "ls"})
    denied = {"behavior": "deny", "message": "Denied by the operator."}
    assert answered(dialect, Deny()) == denied


def test_what_is_open_at_the_end_of_a_turn_is_withdrawn(dialect: ClaudeDialect) -> None:
    ask(dialect, "Bash", {"command": "ls"})
    ended = reported(
        dialect, type="result", subtype="error_during_execution", terminal_reason="aborted_tools",
        is_error=True, errors=["[ede_diagnostic] result_type=user"],
    )  # fmt: skip
    assert ended == (AskWithdrawn("r-1"), Used(dollars=0), TurnEnded("aborted"))
    withdrawn = reported(dialect, type="control_cancel_request", request_id="r-1")
    assert withdrawn == ()


def test_a_turn_that_the_model_refuses_fails_with_its_words(dialect: ClaudeDialect) -> None:
    said = {"role": "assistant", "content": [{"type": "text", "text": "Not logged in"}]}
    assert reported(dialect, type="assistant", message=said) == (
        TurnBegan(), Said("Not logged in"),
    )  # fmt: skip
    ended = reported(
        dialect, type="result", subtype="success", is_error=True, result="Not logged in",
        terminal_reason="api_error", total_cost_usd=0,
    )  # fmt: skip
    assert ended[-1] == TurnEnded("failed", "Not logged in")


def test_what_a_subagent_does_is_reported_with_the_call_that_started_it(
    dialect: ClaudeDialect,
) -> None:
    began = reported(
        dialect, type="system", subtype="task_started", task_id="a1", tool_use_id="t-0",
        task_type="local_agent", subagent_type="general-purpose", description="a part",
    )  # fmt: skip
    assert began == (SubagentChanged("t-0", "a part", "running"),)
    call = {"content": [{"type": "tool_use", "id": "t-1", "name": "Bash", "input": LISTING}]}
    told = reported(dialect, type="assistant", message=call, parent_tool_use_id="t-0")
    assert told[-1] == ToolBegan("t-1", "Bash", LISTING, subagent="t-0")
    request = {"subtype": "can_use_tool", "tool_name": "Bash", "input": LISTING, "agent_id": "a1"}
    asked = reported(dialect, type="control_request", request_id="r-1", request=request)[-1]
    assert isinstance(asked, Asked)
    assert asked.subagent == "t-0"
    ended = reported(
        dialect, type="system", subtype="task_notification", task_id="a1", tool_use_id="t-0",
        status="completed", description="a part", usage={"total_tokens": 2},
    )  # fmt: skip
    assert ended == (SubagentChanged("t-0", "a part", "done", 2),)


def test_a_background_command_is_not_a_subagent(dialect: ClaudeDialect) -> None:
    assert reported(
        dialect, type="system", subtype="task_started", task_id="b1", tool_use_id="t-0",
        task_type="local_bash",
    ) == ()  # fmt: skip


def test_a_model_that_cannot_be_reached_is_reported(dialect: ClaudeDialect) -> None:
    noted = reported(dialect, type="system", subtype="api_retry", attempt=2, error="overloaded")
    assert noted == (Noted("the model does not answer (overloaded); attempt 2"),)


def test_a_request_too_large_to_be_read_is_denied_at_once(dialect: ClaudeDialect) -> None:
    begun = b'{"type":"control_request","request_id":"r-9","request":{"subtype":"can_use_tool","in'
    exchange = dialect.receive(OutputLine(begun, 9_000_000))
    assert exchange.reports == (Noted("a line of 9,000,000 bytes was left out"),)
    denied = json.loads(exchange.lines[0])["response"]
    assert (denied["request_id"], denied["response"]["behavior"]) == ("r-9", "deny")


def test_a_request_that_is_not_understood_is_refused(dialect: ClaudeDialect) -> None:
    exchange = dialect.receive(
        line(type="control_request", request_id="r-2", request={"subtype": "elicitation"})
    )
    assert json.loads(exchange.lines[0])["response"]["error"] == "unsupported request: elicitation"


@pytest.mark.parametrize("content", [b"oops", b"[1]", b'{"type": 3}', b"\xff", b"[" * 100_000])
def test_senseless_lines_are_counted(dialect: ClaudeDialect, content: bytes) -> None:
    exchange = dialect.receive(OutputLine(content, len(content)))
    assert isinstance(exchange.reports[0], Noted)


def test_a_version_before_the_oldest_that_was_run_is_too_old() -> None:
    versions = ("2.1.249", "1.9.999", OLDEST, "2.2.0-beta", "")
    assert [is_too_old(version) for version in versions] == [True, True, False, False, False]
