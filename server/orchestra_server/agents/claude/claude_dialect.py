"""Claude Code's control protocol: its messages become reports, our calls become messages."""

import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Literal, cast
from uuid import uuid4

import msgspec

from orchestra_core.errors import Refused
from orchestra_core.text import one_line
from orchestra_server.agents.agent_driver import Abilities, Allow, Answer, Choose, Deny
from orchestra_server.agents.claude import messages
from orchestra_server.agents.claude.messages import ClientMessage
from orchestra_server.agents.claude.usage_sums import UsageSums
from orchestra_server.agents.dialect import Exchange
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import (
    TEXT_LIMIT,
    Asked,
    AskWithdrawn,
    Noted,
    PromptRead,
    Report,
    Said,
    Started,
    SubagentChanged,
    ToolBegan,
    ToolEnded,
    TurnBegan,
    TurnEnded,
)
from orchestra_server.agents.senseless_output import SenselessOutput

QUESTION_TOOL = "AskUserQuestion"
OLDEST = "2.1.250"  # the oldest version that kept the contract when tried
_INITIALIZE = "initialize"
_SUBAGENT_STATES: Mapping[str, Literal["running", "done", "failed", "stopped"]] = {
    "completed": "done",
    "failed": "failed",
    "stopped": "stopped",
    "killed": "stopped",
}
# The beginning of a request that was cut off; its sender still waits for an answer.
_CUT_REQUEST = re.compile(rb'"type":"control_request".*?"request_id":"([^"]{1,100})"')
_WORDS = 2_000


class ClaudeDialect:
    """One conversation with Claude Code."""

    abilities = Abilities()

    def __init__(self, agent: str, conversation: str, *, is_resumed: bool = False) -> None:
        self.conversation = conversation
        self.is_ready = False
        self._agent = agent
        self._started: Started | None = None
        self._is_working = False
        self._is_interrupted = False
        self._asked: dict[str, Mapping[str, object]] = {}  # a call's arguments, by request
        self._prompts: dict[str, str] = {}  # our ids, by the client's
        self._subagents: dict[str, str] = {}  # starting calls by the client's ids
        self._usage = UsageSums(is_resumed=is_resumed)
        self._garbage = SenselessOutput()

    def open(self) -> Exchange:
        """Begin with `initialize`; its answer says who is signed in."""
        return Exchange(lines=(messages.control(_INITIALIZE, "initialize", hooks=None),))

    def receive(self, line: OutputLine) -> Exchange:
        """Take in one line; raises Refused at the start if nobody is signed in."""
        if line.is_cut:
            return self._receive_cut(line)
        try:
            message = msgspec.json.decode(line.content, type=ClientMessage)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Exchange(self._garbage.add(line), tuple(self._refusals(line.content)))
        if message.type == "control_response" and message.response:
            return Exchange(self._take_response(message.response))
        if message.type == "control_request" and message.request:
            return self._take_request(message.request_id, message.request)
        return Exchange(tuple(self._report(message)))

    def prompt(self, text: str, prompt_id: str) -> Exchange:
        """Return a user message: the client itself inserts it at the next tool boundary."""
        uuid = str(uuid4())
        if prompt_id:
            self._prompts[uuid] = prompt_id
        return Exchange(lines=(messages.user_message(text, uuid),))

    def interrupt(self, text: str, prompt_id: str) -> Exchange:
        """Return the interruption of the turn; an idle client only confirms it."""
        self._is_interrupted = self._is_working
        aborting = messages.control(f"interrupt-{secrets.token_hex(4)}", "interrupt")
        prompt = self.prompt(text, prompt_id).lines if text else ()
        return Exchange(lines=(aborting, *prompt))

    def answer(self, ask_id: str, answer: Answer) -> Exchange:
        """Return the answer to an open request."""
        arguments = self._asked.pop(ask_id, None)
        if arguments is None:
            return Exchange()
        return Exchange(lines=(messages.success(ask_id, _decision(answer, arguments)),))

    def has_lost_conversation(self, last_words: str) -> bool:
        """Tell whether the client found no conversation with this id."""
        return "No conversation found" in last_words

    def _receive_cut(self, line: OutputLine) -> Exchange:
        noted = Noted(f"a line of {line.size:,} bytes was left out")
        return Exchange((noted,), tuple(self._refusals(line.content)))

    def _refusals(self, content: bytes) -> Iterator[bytes]:
        """Refuse a request that cannot be read, so that the agent does not wait forever."""
        request = _CUT_REQUEST.search(content)
        if request:
            words = "its arguments are too long to be shown to anybody; do it in smaller parts"
            denied: dict[str, object] = {"behavior": "deny", "message": words}
            yield messages.success(request[1].decode("ascii", "replace"), denied)

    def _take_response(self, response: messages.ControlResponse) -> tuple[Report, ...]:
        if response.request_id != _INITIALIZE or self.is_ready:
            failed = response.subtype == "error" and response.request_id.startswith("interrupt-")
            return (Noted(f"it refused to stop: {one_line(response.error)}"),) if failed else ()
        if response.subtype == "error":
            raise Refused(
                f"{self._agent} cannot be worked with: {one_line(response.error)}; update it"
            )
        answer = _initialize_answer(response)
        if is_too_old(answer.claude_code_version):
            raise Refused(
                f"{self._agent} is version {answer.claude_code_version} and {OLDEST} is needed; "
                "update it"
            )
        if not answer.account.is_signed_in:
            raise Refused(
                f"nobody is signed in to {self._agent}; run {self._agent!r} in a terminal and sign "
                "in with /login, or set ANTHROPIC_API_KEY"
            )
        self.is_ready = True
        return ()

    def _take_request(self, request_id: str, request: messages.ControlRequest) -> Exchange:
        if request.subtype != "can_use_tool":
            refused = messages.failure(request_id, f"unsupported request: {request.subtype}")
            return Exchange(lines=(refused,))
        self._asked[request_id] = request.input
        kind = "question" if request.tool_name == QUESTION_TOOL else "permission"
        return Exchange(
            (
                *self._work(),
                Asked(
                    request_id,
                    kind,
                    request.tool_name,
                    request.input,
                    request.tool_use_id,
                    one_line(request.description, 300),
                    self._subagents.get(request.agent_id, request.agent_id),
                ),
            )
        )

    def _report(self, message: ClientMessage) -> Iterator[Report]:
        match message.type:
            case "system":
                yield from self._report_system(message)
            case "assistant":
                self._usage.see(message)
                yield from self._work()
                yield from _said(message)
            case "user":
                yield from self._tool_ends(message)
            case "result":
                yield from self._turn_ends(message)
            case "control_cancel_request":
                if self._asked.pop(message.request_id, None) is not None:
                    yield AskWithdrawn(message.request_id)
            case "command_lifecycle":
                prompt_id = self._prompts.get(message.command_uuid, "")
                if message.state != "queued":
                    self._prompts.pop(message.command_uuid, None)
                if prompt_id and message.state == "started":
                    yield from self._work()
                    yield PromptRead(prompt_id)
            case _:
                return

    def _report_system(self, message: ClientMessage) -> Iterator[Report]:
        if message.subtype == "init":
            self.conversation = message.session_id
            started = Started(message.session_id, message.model, message.claude_code_version)
            if started != self._started:
                self._started = started
                yield started
            yield from self._work()
        elif message.subtype == "api_retry":
            reason = one_line(message.error or "no reason given", 300)
            yield Noted(f"the model does not answer ({reason}); attempt {message.attempt}")
        elif message.tool_use_id and message.subtype.startswith("task_"):
            self._subagents[message.task_id] = message.tool_use_id
            yield from _subagent(message)

    def _work(self) -> Iterator[Report]:
        """Report once that a turn has begun; a client begins some by itself."""
        if not self._is_working:
            self._is_working, self._is_interrupted = True, False
            yield TurnBegan()

    def _tool_ends(self, message: ClientMessage) -> Iterator[Report]:
        for block in message.message.blocks if message.message else []:
            if block.type != "tool_result":
                continue
            aborted = "aborted" if self._is_interrupted else "failed"
            outcome = aborted if block.is_error else "done"
            text = block.words[:TEXT_LIMIT]
            yield ToolEnded(block.tool_use_id, outcome, text, message.parent_tool_use_id or "")

    def _turn_ends(self, message: ClientMessage) -> Iterator[Report]:
        self._is_working = False
        for ask_id in list(self._asked):
            del self._asked[ask_id]
            yield AskWithdrawn(ask_id)
        yield self._usage.used(message)
        words = (message.result or "; ".join(message.errors) or "")[:_WORDS]
        reason = message.terminal_reason
        if reason.startswith("aborted") if reason else self._is_interrupted:
            yield TurnEnded("aborted")
        elif message.is_error or message.subtype != "success":
            yield TurnEnded("failed", words or message.subtype)
        else:
            yield TurnEnded("done", words)
        self._is_interrupted = False


def is_too_old(version: str) -> bool:
    """Tell whether a version is older than OLDEST; an unreadable one is not."""
    try:
        return _numbers(version) < _numbers(OLDEST)
    except ValueError:
        return False


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("-", maxsplit=1)[0].split("."))


def _initialize_answer(response: messages.ControlResponse) -> messages.InitializeAnswer:
    try:
        return msgspec.json.decode(response.response, type=messages.InitializeAnswer)
    except msgspec.DecodeError:
        return messages.InitializeAnswer(messages.SignIn(api_provider="unknown"))


def _decision(answer: Answer, arguments: Mapping[str, object]) -> dict[str, object]:
    match answer:
        case Allow():
            return {"behavior": "allow", "updatedInput": arguments}
        case Deny(words):
            return {"behavior": "deny", "message": words or "Denied by the operator."}
        case Choose(choices):
            questions = cast("list[dict[str, object]]", arguments.get("questions") or [])
            texts = [str(question.get("question", "")) for question in questions]
            answers = dict(zip(texts, choices, strict=False))
            return {"behavior": "allow", "updatedInput": {**arguments, "answers": answers}}


def _said(message: ClientMessage) -> Iterator[Report]:
    subagent = message.parent_tool_use_id or ""
    for block in message.message.blocks if message.message else []:
        if block.type == "text" and block.text.strip():
            yield Said(block.text[:TEXT_LIMIT], subagent)
        elif block.type == "tool_use":
            yield ToolBegan(block.id, block.name, block.input, subagent=subagent)


def _subagent(message: ClientMessage) -> Iterator[Report]:
    if message.task_type and message.task_type != "local_agent":
        return
    name = message.description or message.subagent_type
    tokens = message.usage.total_tokens if message.usage else 0
    state = _SUBAGENT_STATES.get(message.status, "running")
    yield SubagentChanged(message.tool_use_id or "", one_line(name, 200), state, tokens)
