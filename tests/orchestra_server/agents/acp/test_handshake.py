"""What is said before the first prompt: versions, the account, and a conversation to go on with."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.agents.acp.acp_dialect import AcpDialect
from orchestra_server.agents.agent_driver import ConversationLost, Launch
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import Started
from tests.support.agents.acp_conversation import Conversation


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
