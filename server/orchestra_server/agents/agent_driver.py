"""The drivers' contract: how an agent is started, what it reports and what it is told.

A driver decides nothing: its caller says whether an agent may do what it asks for, so each agent is
started in its most cautious mode. A driver writes nothing that the agent's hooks in the chamber
write too.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from orchestra_core.errors import Refused
from orchestra_server.agents.reports import Report


class ConversationLost(Refused):
    """The agent cannot continue the conversation; it can begin a new one."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start, and where.

    `command` is what a person would type: the program and its options, such as a model. The driver
    adds the options of its protocol. `environ` is the whole environment of the process.
    """

    agent: str  # its name in the configuration, for messages
    command: tuple[str, ...]
    directory: Path
    environ: Mapping[str, str]
    conversation: str = ""  # the conversation to continue; "" for a new one


@dataclass(frozen=True, slots=True)
class Allow:
    """The answer that lets a call run. The caller keeps rules for similar calls."""


@dataclass(frozen=True, slots=True)
class Deny:
    """The answer that makes a call fail, with words that the agent reads."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """The answer to questions: one choice, or words, for each question in order."""

    choices: tuple[str, ...]


Answer = Allow | Deny | Choose


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an agent can do. Its caller must not try the rest, and has to say so."""

    resumes: bool = True  # a later process can continue the conversation
    takes_words_in_a_turn: bool = True  # otherwise a prompt waits for the end of the turn
    tells_prompts_read: bool = True  # it reports `PromptRead`
    tells_cost: bool = True  # its `Used` has dollars


class Session(Protocol):
    """A running agent. Its calls may be made at any time, also after its end.

    `prompt` and `interrupt` raise `Refused` if the agent has ended.
    """

    @property
    def conversation(self) -> str:
        """The agent's own id of the conversation, "" until it is known."""
        ...

    @property
    def pid(self) -> int:
        """The process that was started; it leads its process group."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What this agent can do."""
        ...

    def reports(self) -> AsyncGenerator[Report]:
        """Yield what happens, in order, to one reader; the last report is `Ended`.

        A slow reader holds the agent up: nothing is dropped and memory does not grow. The reader
        may call the session's other methods between two reports. To stop reading, close this
        generator, then the session.
        """
        ...

    async def prompt(self, text: str, prompt_id: str = "") -> None:
        """Begin a turn; during a running one, the text goes in at the next tool boundary.

        `PromptRead` reports the id once the text has reached the model.
        """
        ...

    async def interrupt(self, text: str = "", prompt_id: str = "") -> None:
        """Abort the running tool and turn; a text begins the next turn at once.

        Returns once the agent has been told; `TurnEnded` reports that the turn is aborted. Open
        requests are withdrawn.
        """
        ...

    async def answer(self, ask_id: str, answer: Answer) -> None:
        """Answer a request; nothing happens if it is no longer open."""
        ...

    async def close(self, seconds: float) -> None:
        """Abort the turn, ask the agent to end and wait; then end the rest of its process group.

        May be called repeatedly. `Ended` is reported in any case.
        """
        ...


class Driver(Protocol):
    """Starts sessions of agents that speak one protocol."""

    async def start(self, launch: Launch) -> Session:
        """Start an agent and return its session when it is ready for a prompt.

        Raises `Refused` with one line: the program is not installed, nobody is signed in, its
        version does not fit, or it ended at once (with its last words). Raises `ConversationLost`
        if only the conversation cannot be continued. Nothing is left running then, nor if the
        waiting caller is cancelled.
        """
        ...
