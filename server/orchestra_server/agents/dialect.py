"""What both protocols have in common: messages in, reports and messages out, no effects."""

from dataclasses import dataclass
from typing import Protocol

from orchestra_server.agents.agent_driver import Abilities, Answer
from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.reports import Report


@dataclass(frozen=True, slots=True)
class Exchange:
    """What follows from a message or a call: reports for the caller, lines for the agent."""

    reports: tuple[Report, ...] = ()
    lines: tuple[bytes, ...] = ()  # each without its line end


class Dialect(Protocol):
    """A conversation in one protocol; the process's session carries out what it returns."""

    @property
    def conversation(self) -> str:
        """The agent's id of the conversation, "" until it is known."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What the agent can do."""
        ...

    @property
    def is_ready(self) -> bool:
        """Whether the agent takes prompts."""
        ...

    def open(self) -> Exchange:
        """Begin the conversation."""
        ...

    def receive(self, line: OutputLine) -> Exchange:
        """Take in one line from the agent; raises Refused if the agent cannot be used."""
        ...

    def prompt(self, text: str, prompt_id: str) -> Exchange:
        """Return the lines that send a prompt."""
        ...

    def interrupt(self, text: str, prompt_id: str) -> Exchange:
        """Return the lines that abort the turn and send a text."""
        ...

    def answer(self, ask_id: str, answer: Answer) -> Exchange:
        """Return the lines that answer a request; none if it is no longer open."""
        ...

    def has_lost_conversation(self, last_words: str) -> bool:
        """Tell whether an agent that ended at once did so because it lacks the conversation."""
        ...
