"""What the lines of the Agent Client Protocol mean, and that ours are as its library has them."""

import pytest

from orchestra_server.agents.agent_driver import Allow, Deny
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import (
    Asked,
    AskWithdrawn,
    Noted,
    PromptRead,
    Said,
    Started,
    ToolBegan,
    ToolEnded,
    TurnBegan,
    TurnEnded,
    Used,
)
from tests.support.agents.acp_conversation import Conversation


@pytest.fixture
def opened() -> Conversation:
    conversation = Conversation()
    assert conversation.tell(id=2, result={"sessionId": "s-1"}) == (Started("s-1", version="1"),)
    return conversation


def test_a_turn_is_reported_from_its_first_word_to_its_last(opened: Conversation) -> None:
    opened.prompt("Begin.", "p-1")
    assert opened.say("He") == (TurnBegan(), PromptRead("p-1"))
    assert opened.say("llo.") == ()
    assert opened.say("More.", "m-2") == (Said("Hello."),)
    opened.update("usage_update", used=5, size=100, cost={"amount": 0.5, "currency": "USD"})
    usage = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
    assert opened.tell(id=10, result={"stopReason": "end_turn", "usage": usage}) == (
        Said("More."), Used(3, 2, 0, 0, 0.5, 5, 100), TurnEnded("done", "More."),
    )  # fmt: skip


def test_a_call_is_reported_once_its_arguments_are_known(opened: Conversation) -> None:
    opened.prompt("Begin.")
    begun = opened.update("tool_call", toolCallId="t-1", title="bash", kind="execute", rawInput={})
    assert begun == (TurnBegan(),)
    arguments = {"command": "ls"}
    updates = opened.update(
        "tool_call_update", toolCallId="t-1", status="in_progress", rawInput=arguments
    )
    assert updates == (ToolBegan("t-1", "Bash", arguments, "bash"),)
    shown = [{"type": "content", "content": {"type": "text", "text": "a.py"}}]
    ended = opened.update("tool_call_update", toolCallId="t-1", status="completed", content=shown)
    assert ended == (ToolEnded("t-1", "done", "a.py"),)


def test_a_permission_is_answered_with_the_option_for_once(opened: Conversation) -> None:
    opened.prompt("Begin.")
    *_, began, asked = opened.ask()
    assert began == ToolBegan("t-1", "Bash", {"command": "ls"})
    assert asked == Asked("ask-a", "permission", "Bash", {"command": "ls"}, "t-1")
    opened.send(opened.dialect.answer("ask-a", Allow()).lines)
    assert opened.sent[-1]["result"] == {"outcome": {"outcome": "selected", "optionId": "once"}}
    assert opened.dialect.answer("ask-a", Allow()).lines == ()


def test_the_words_of_a_denial_are_the_next_prompt(opened: Conversation) -> None:
    opened.prompt("Begin.")
    opened.ask()
    opened.send(opened.dialect.answer("ask-a", Deny("Not now.")).lines)
    assert opened.sent[-1]["result"] == {"outcome": {"outcome": "selected", "optionId": "no"}}
    assert opened.texts == ["Begin."]
    opened.end(10)
    assert opened.texts == ["Begin.", "Not now."]


def test_an_interrupt_cancels_and_its_text_follows_when_that_is_confirmed(
    opened: Conversation,
) -> None:
    opened.prompt("Begin.")
    opened.ask()
    opened.send(opened.dialect.interrupt("Do B.", "p-2").lines)
    cancel, answer = opened.sent[-2:]
    assert cancel["method"] == "session/cancel"
    assert answer["result"] == {"outcome": {"outcome": "cancelled"}}
    assert opened.end(10, "cancelled") == (
        ToolEnded("t-1", "aborted"), AskWithdrawn("ask-a"), Used(), TurnEnded("aborted"),
    )  # fmt: skip
    assert opened.texts == ["Begin.", "Do B."]
    assert opened.say("Well.") == (TurnBegan(), PromptRead("p-2"))


def test_an_interrupt_of_an_idle_agent_is_a_prompt(opened: Conversation) -> None:
    assert opened.dialect.interrupt("", "").lines == ()
    opened.send(opened.dialect.interrupt("Do B.", "p-2").lines)
    assert opened.texts == ["Do B."]


def test_a_prompt_in_a_turn_is_read_at_the_latest_when_the_turn_ends(opened: Conversation) -> None:
    opened.prompt("Begin.", "p-1")
    opened.say("Hm.")
    opened.prompt("And that.", "p-2")
    assert opened.texts == ["Begin.", "And that."]
    assert opened.end(10) == ()
    assert PromptRead("p-2") in opened.end(11)


def test_an_agent_that_is_not_known_gets_no_prompt_in_a_turn() -> None:
    stranger = Conversation(agent="stranger")
    stranger.tell(id=2, result={"sessionId": "s-1"})
    stranger.prompt("Begin.")
    stranger.prompt("And that.")
    assert stranger.texts == ["Begin."]
    stranger.end(10)
    assert stranger.texts == ["Begin.", "And that."]


def test_a_turn_that_fails_says_why(opened: Conversation) -> None:
    opened.prompt("Begin.")
    assert opened.tell(id=10, error={"code": -32603, "message": "overloaded"})[-1] == TurnEnded(
        "failed", "overloaded"
    )
    opened.prompt("Again.")
    assert opened.end(11, "max_tokens")[-1] == TurnEnded("failed", "it stopped: max tokens")


def test_a_request_for_something_not_offered_is_refused(opened: Conversation) -> None:
    opened.tell(id=7, method="fs/read_text_file", params={"path": "/etc/passwd"})
    assert opened.sent[-1]["error"] == {
        "code": -32601, "message": "orchestra does not offer fs/read_text_file",
    }  # fmt: skip
    assert opened.tell(method="_vendor/notice", params={}) == ()


@pytest.mark.parametrize("content", [b"oops", b"[1]", b'{"method":"session/update","params":3}'])
def test_senseless_lines_are_counted(opened: Conversation, content: bytes) -> None:
    (noted,) = opened.dialect.receive(OutputLine(content, len(content))).reports
    assert isinstance(noted, Noted)
    assert opened.dialect.receive(OutputLine(b"x", 9_000_000)).reports == (
        Noted("a line of 9,000,000 bytes was left out"),
    )
