"""Both sides of a session of the Agent Client Protocol: an agent that a test speaks for."""

import json
from pathlib import Path

import acp.schema
import msgspec
from pydantic import BaseModel

from orchestra_server.agents.acp.acp_dialect import AcpDialect
from orchestra_server.agents.agent_driver import Launch
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import Report

_OURS: dict[str, type[BaseModel]] = {
    "initialize": acp.schema.InitializeRequest,
    "session/new": acp.schema.NewSessionRequest,
    "session/load": acp.schema.LoadSessionRequest,
    "session/resume": acp.schema.ResumeSessionRequest,
    "session/set_mode": acp.schema.SetSessionModeRequest,
    "session/prompt": acp.schema.PromptRequest,
    "session/cancel": acp.schema.CancelNotification,
}
_OPTIONS = [{"optionId": "once", "kind": "allow_once"}, {"optionId": "no", "kind": "reject_once"}]


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
                _OURS[message["method"]].model_validate(message["params"])
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
        params = {"sessionId": "s-1", "toolCall": call, "options": _OPTIONS}
        return self.tell(id="a", method="session/request_permission", params=params)

    def end(self, number: object, reason: str = "end_turn") -> tuple[Report, ...]:
        return self.tell(id=number, result={"stopReason": reason})

    @property
    def texts(self) -> list[object]:
        """The texts of the prompts that were sent."""
        prompts = [sent["params"] for sent in self.sent if sent.get("method") == "session/prompt"]
        return [params["prompt"][0]["text"] for params in prompts if isinstance(params, dict)]
