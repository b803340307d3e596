"""The Agent Client Protocol: its messages become reports, our calls become messages."""

from collections.abc import Iterator

import msgspec

from orchestra_core.text import one_line
from orchestra_server.agents.acp import messages
from orchestra_server.agents.acp.call_reports import CallReports
from orchestra_server.agents.acp.handshake import FIRST_PROMPT, Handshake
from orchestra_server.agents.acp.messages import RpcMessage, SessionUpdate, ToolCall
from orchestra_server.agents.acp.turns import Turns
from orchestra_server.agents.acp.usage import SessionUsage
from orchestra_server.agents.agent_driver import Abilities, Allow, Answer, Deny, Launch
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
    TurnBegan,
    TurnEnded,
)
from orchestra_server.agents.senseless_output import SenselessOutput

_WORDS = 2_000
_TEXT = "agent_message_chunk"
_CALL = "tool_call"
_UNFINISHED = ("refusal", "max_tokens", "max_turn_requests")


class AcpDialect:
    """One ACP session with an agent."""

    def __init__(self, launch: Launch) -> None:
        self._handshake = Handshake(launch)
        self._turns = Turns()
        self._calls = CallReports(str(launch.directory))
        self._asked: dict[str, tuple[int | str | None, list[messages.PermissionOption]]] = {}
        self._withdrawn: list[str] = []
        self._text, self._message_id = "", None
        self._next_number = FIRST_PROMPT
        self._usage = SessionUsage(is_resumed=bool(launch.conversation))
        self._garbage = SenselessOutput()

    @property
    def conversation(self) -> str:
        """The session's id."""
        return self._handshake.session

    @property
    def abilities(self) -> Abilities:
        """What the agent can do, known from its answer to `initialize`."""
        return self._handshake.abilities

    @property
    def is_ready(self) -> bool:
        """Whether there is a session."""
        return self._handshake.is_done

    def open(self) -> Exchange:
        """Begin the handshake."""
        return Exchange(lines=self._handshake.begin())

    def receive(self, line: OutputLine) -> Exchange:
        """Take in one line; raises Refused if the session cannot begin."""
        if line.is_cut:
            return Exchange((Noted(f"a line of {line.size:,} bytes was left out"),))
        try:
            return self._take(msgspec.json.decode(line.content, type=RpcMessage))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Exchange(self._garbage.add(line))

    def prompt(self, text: str, prompt_id: str) -> Exchange:
        """Return a prompt; it waits for the end of the turn if the agent takes none during one."""
        can_go = self.abilities.takes_words_in_a_turn and not self._turns.is_cancelled
        if self._turns.is_running and not can_go:
            self._turns.waiting.append((text, prompt_id))
            return Exchange()
        return Exchange(lines=(self._prompt_line(text, prompt_id),))

    def interrupt(self, text: str, prompt_id: str) -> Exchange:
        """Return the cancellation of the turn; the text is sent once that is confirmed."""
        if not self._turns.is_running:
            return self.prompt(text, prompt_id) if text else Exchange()
        self._turns.is_cancelled = True
        if text:
            self._turns.waiting.insert(0, (text, prompt_id))
        cancel = messages.notification("session/cancel", {"sessionId": self.conversation})
        nobody = messages.cancelled()
        answers = [messages.response(number, nobody) for number, _ in self._asked.values()]
        self._withdrawn.extend(self._asked)
        self._asked.clear()
        return Exchange(lines=(cancel, *answers))

    def answer(self, ask_id: str, answer: Answer) -> Exchange:
        """Return the answer to a request; the words of a denial become the next prompt."""
        if ask_id not in self._asked:
            return Exchange()
        number, options = self._asked.pop(ask_id)
        wanted = "allow" if isinstance(answer, Allow) else "reject"
        kinds = {option.kind: option.option_id for option in options}
        option = kinds.get(f"{wanted}_once") or kinds.get(f"{wanted}_always")
        outcome = messages.selected(option) if option else messages.cancelled()
        if isinstance(answer, Deny) and answer.words:
            # Not at once: an agent whose turn ends with a denial would never read them.
            self._turns.waiting.append((answer.words, ""))
        return Exchange(lines=(messages.response(number, outcome),))

    def has_lost_conversation(self, last_words: str) -> bool:  # noqa: ARG002 - of the protocol
        """Return False: an agent does not exit for that, it answers with an error."""
        return False

    def _prompt_line(self, text: str, prompt_id: str) -> bytes:
        number, self._next_number = self._next_number, self._next_number + 1
        self._turns.sent(number, prompt_id)
        return messages.request(number, "session/prompt", messages.prompt(self.conversation, text))

    def _take(self, message: RpcMessage) -> Exchange:
        if message.method == "session/update":
            return self._take_update(message)
        if message.method == "session/request_permission":
            return Exchange(tuple(self._ask(message)))
        if message.method:
            words = f"orchestra does not offer {one_line(message.method, 100)}"
            failed = messages.failure(message.id, messages.METHOD_NOT_FOUND, words)
            return Exchange(lines=() if message.id is None else (failed,))
        if not self.is_ready:
            lines = self._handshake.take(message)
            return Exchange((self._handshake.started(),) if self.is_ready else (), lines)
        if isinstance(message.id, int) and message.id in self._turns.open_prompts:
            return self._take_prompt_end(message.id, message)
        return Exchange()

    def _take_update(self, message: RpcMessage) -> Exchange:
        if not self.is_ready:  # loading a session reports its earlier messages again
            return Exchange()
        raw = msgspec.json.decode(message.params, type=messages.UpdateParams).update
        update = msgspec.json.decode(raw, type=SessionUpdate)
        match update.session_update:
            case "tool_call" | "tool_call_update":
                return Exchange(
                    tuple(self._report_call(raw, is_new=update.session_update == _CALL))
                )
            case "agent_message_chunk" | "agent_thought_chunk":
                return Exchange(tuple(self._report_text(update)))
            case "usage_update":
                self._usage.see(update)
            case _:
                pass
        return Exchange()

    def _report_text(self, update: SessionUpdate) -> Iterator[Report]:
        yield from self._read()
        if update.message_id != self._message_id:
            self._message_id = update.message_id
            yield from self._say()
        if update.session_update == _TEXT and isinstance(update.content, messages.ToolContent):
            self._text += update.content.words
        if len(self._text) >= TEXT_LIMIT:
            yield from self._say()

    def _report_call(self, raw: msgspec.Raw, *, is_new: bool) -> Iterator[Report]:
        yield from self._say()
        yield from self._read()
        call = msgspec.json.decode(raw, type=ToolCall)
        yield from self._calls.take(call, is_new=is_new, is_cancelled=self._turns.is_cancelled)

    def _ask(self, message: RpcMessage) -> Iterator[Report]:
        params = msgspec.json.decode(message.params, type=messages.PermissionParams)
        yield from self._say()
        yield from self._read()
        yield from self._calls.take(params.tool_call, is_new=False, is_cancelled=False)
        state = self._calls.state(params.tool_call.tool_call_id)
        tool, arguments = state.tool()
        ask_id = f"ask-{message.id}"
        self._asked[ask_id] = (message.id, params.options)
        yield Asked(ask_id, "permission", tool, arguments, state.id, state.title)

    def _take_prompt_end(self, number: int, message: RpcMessage) -> Exchange:
        if message.error:
            self._turns.failure = one_line(message.error.words, _WORDS)
        else:
            end = msgspec.json.decode(message.result, type=messages.PromptEnd)
            self._usage.add(end)
            self._turns.is_cancelled |= end.stop_reason == "cancelled"
            if end.stop_reason in _UNFINISHED:
                self._turns.failure = f"it stopped: {end.stop_reason.replace('_', ' ')}"
        self._turns.open_prompts.discard(number)
        if self._turns.is_running:
            return Exchange()
        reports = tuple(self._end_turn())
        waiting = self._turns.take_waiting()
        return Exchange(reports, tuple(self._prompt_line(*each) for each in waiting))

    def _end_turn(self) -> Iterator[Report]:
        last_words, is_cancelled = self._text[-_WORDS:], self._turns.is_cancelled
        yield from self._read(is_over=not is_cancelled)
        yield from self._say()
        yield from self._calls.end_all(is_cancelled=is_cancelled)
        for ask_id in (*self._withdrawn, *self._asked):
            yield AskWithdrawn(ask_id)
        self._withdrawn.clear()
        self._asked.clear()
        yield self._usage.used()
        if is_cancelled:
            yield TurnEnded("aborted")
        elif self._turns.failure:
            yield TurnEnded("failed", self._turns.failure)
        else:
            yield TurnEnded("done", last_words)
        self._turns.begin_anew()

    def _say(self) -> Iterator[Report]:
        text, self._text = self._text, ""
        if text.strip():
            yield Said(text[:TEXT_LIMIT])

    def _read(self, *, is_over: bool = False) -> Iterator[Report]:
        """Report that a turn has begun and what the model has read, now that it says something."""
        if self._turns.is_running and not self._turns.is_told:
            self._turns.is_told = True
            yield TurnBegan()
        for prompt_id in self._turns.take_read(is_over=is_over):
            yield PromptRead(prompt_id)
