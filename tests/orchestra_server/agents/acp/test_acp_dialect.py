"""What the lines of the Agent Client Protocol mean, and that ours are as its library has them."""

import json
from pathlib import Path

import acp.schema
import msgspec
import pytest
from pydantic import BaseModel

from orchestra_core.errors import Refused
from orchestra_server.agents.acp.acp_dialect import AcpDialect
from orchestra_server.agents.agent_driver import Allow, ConversationLost, Deny, Launch
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import (
    Asked,
    AskWithdrawn,
    Noted,
    PromptRead,
    Report,
    Said,
    Started,
    ToolBegan,
    ToolEnded,
    TurnBegan,
    TurnEnded,
    Used,
)

OURS: dict[str, type[BaseModel]] = {
    "initialize": acp.schema.InitializeRequest,
    "session/new": acp.schema.NewSessionRequest,
    "session/load": acp.schema.LoadSessionRequest,
    "session/resume": acp.schema.ResumeSessionRequest,
    "session/set_mode": acp.schema.SetSessionModeRequest,
    "session/prompt": acp.schema.PromptRequest,
    "session/cancel": acp.schema.CancelNotification,
}
OPTIONS = [{"optionId": "once", "kind": "allow_once"}, {"optionId": "no", "kind": "reject_once"}]


class Conversation:
    """Both sides of a session: what is sent is checked against the library's models."""

    def __init__(
        self, conversation: str = "", agent: str = "OpenCode", **capabilities: object
    ) -> None:
        self.dialect = AcpDialect(Launch("opencode", ("x",), Path("/chamber"), {}, conversation))
        self.sent: list[dict[str, object]] = []
        self.send(self.dialect.open().lines)
        info = {"name": agent, "version": "1"}
        self.tell(
            id=1,
            result={"protocolVersion": 1, "agentCapabilities": capabilities, "agentInfo": info},
        )

    def send(self, lines: tuple[bytes, ...]) -> None:
        for line in lines:
            message = json.loads(line)
            self.sent.append(message)
            if "method" in message:
                OURS[message["method"]].model_validate(message["params"])
            elif "result" in message:
                acp.schema.RequestPermissionResponse.model_validate(message["result"])

    def tell(self, **message: object) -> tuple[Report, ...]:
        content = msgspec.json.encode({"jsonrpc": "2.0", **message})
        exchange = self.dialect.receive(OutputLine(content, len(content)))
        self.send(exchange.lines)
        return exchange.reports

    def update(self, session_update: str, **update: object) -> tuple[Report, ...]:
        params = {"sessionId": "s-1", "update": {"sessionUpdate": session_update, **update}}
        return self.tell(method="session/update", params=params)

    def say(self, text: str, message: str = "m-1") -> tuple[Report, ...]:
        content = {"type": "text", "text": text}
        return self.update("agent_message_chunk", content=content, messageId=message)

    def prompt(self, text: str, prompt_id: str = "") -> None:
        self.send(self.dialect.prompt(text, prompt_id).lines)

    def ask(self) -> tuple[Report, ...]:
        call = {"toolCallId": "t-1", "kind": "execute", "rawInput": {"command": "ls"}}
        params = {"sessionId": "s-1", "toolCall": call, "options": OPTIONS}
        return self.tell(id="a", method="session/request_permission", params=params)

    def end(self, number: object, reason: str = "end_turn") -> tuple[Report, ...]:
        return self.tell(id=number, result={"stopReason": reason})

    @property
    def texts(self) -> list[object]:
        """The texts of the prompts that were sent."""
        prompts = [sent["params"] for sent in self.sent if sent.get("method") == "session/prompt"]
        return [params["prompt"][0]["text"] for params in prompts if isinstance(params, dict)]


@pytest.fixture
def opened() -> Conversation:
    conversation = Conversation()
    assert conversation.tell(id=2, result={"sessionId": "s-1"}) == (Started("s-1", version="1"),)
    return conversation


def test_a_turn_is_told_from_its_first_word_to_its_last(opened: Conversation) -> None:
    opened.prompt("Begin.", "p-1")
    assert opened.say("He") == (TurnBegan(), PromptRead("p-1"))
    assert opened.say("llo.") == ()
    assert opened.say("More.", "m-2") == (Said("Hello."),)
    opened.update("usage_update", used=5, size=100, cost={"amount": 0.5, "currency": "USD"})
    usage = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
    assert opened.tell(id=10, result={"stopReason": "end_turn", "usage": usage}) == (
        Said("More."), Used(3, 2, 0, 0, 0.5, 5, 100), TurnEnded("done", "More."),
    )  # fmt: skip


def test_a_call_is_told_when_its_arguments_are_there(opened: Conversation) -> None:
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


@pytest.mark.parametrize(
    ("capabilities", "method"),
    [
        ({"loadSession": True}, "session/load"),
        ({"loadSession": True, "sessionCapabilities": {"resume": {}}}, "session/resume"),
    ],
)
def test_a_conversation_is_resumed_as_the_agent_can(
    capabilities: dict[str, object], method: str
) -> None:
    resumed = Conversation("s-0", "OpenCode", **capabilities)
    assert resumed.sent[-1]["method"] == method
    assert resumed.say("What was said before.") == ()
    assert resumed.tell(id=2, result=None) == (Started("s-0", version="1"),)
    assert resumed.dialect.abilities.resumes


def test_an_agent_that_cannot_resume_says_so() -> None:
    with pytest.raises(ConversationLost, match="opencode cannot go on with a conversation"):
        Conversation("s-0")
    resumed = Conversation("s-0", loadSession=True)
    error = {"code": -32602, "message": "Session not found"}
    with pytest.raises(ConversationLost, match="its conversation: Session not found"):
        resumed.tell(id=2, error=error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": -32000, "message": "Authentication required"}, "nobody is signed in to opencode"),
        ({"code": -32603, "message": "Internal error", "data": {"details": "no disk"}},
         'opencode cannot begin: Internal error: {"details":"no disk"}'),
    ],
)  # fmt: skip
def test_an_agent_that_cannot_begin_is_refused(error: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        Conversation().tell(id=2, error=error)


def test_another_version_of_the_protocol_is_refused() -> None:
    dialect = AcpDialect(Launch("opencode", ("x",), Path("/chamber"), {}))
    line = b'{"id":1,"result":{"protocolVersion":2}}'
    with pytest.raises(
        Refused, match="speaks version 2 of the Agent Client Protocol and version 1"
    ):
        dialect.receive(OutputLine(line, len(line)))


@pytest.mark.parametrize(
    ("agent", "mode"),
    [("@agentclientprotocol/claude-agent-acp", "default"), ("codex-acp", "read-only")],
)
def test_a_known_agent_is_put_into_the_mode_that_asks(agent: str, mode: str) -> None:
    adapter = Conversation(agent=agent)
    modes = {"currentModeId": "bypassPermissions"}
    adapter.tell(id=2, result={"sessionId": "s-1", "modes": modes})
    assert adapter.sent[-1]["params"] == {"sessionId": "s-1", "modeId": mode}


def test_a_turn_that_fails_says_why(opened: Conversation) -> None:
    opened.prompt("Begin.")
    assert opened.tell(id=10, error={"code": -32603, "message": "overloaded"})[-1] == TurnEnded(
        "failed", "overloaded"
    )
    opened.prompt("Again.")
    assert opened.end(11, "max_tokens")[-1] == TurnEnded("failed", "it stopped: max tokens")


def test_what_is_not_offered_is_answered_so(opened: Conversation) -> None:
    opened.tell(id=7, method="fs/read_text_file", params={"path": "/etc/passwd"})
    assert opened.sent[-1]["error"] == {
        "code": -32601, "message": "orchestra does not offer fs/read_text_file",
    }  # fmt: skip
    assert opened.tell(method="_vendor/notice", params={}) == ()


@pytest.mark.parametrize("content", [b"oops", b"[1]", b'{"method":"session/update","params":3}'])
def test_lines_without_sense_are_counted(opened: Conversation, content: bytes) -> None:
    (noted,) = opened.dialect.receive(OutputLine(content, len(content))).reports
    assert isinstance(noted, Noted)
    assert opened.dialect.receive(OutputLine(b"x", 9_000_000)).reports == (
        Noted("a line of 9,000,000 bytes was left out"),
    )
