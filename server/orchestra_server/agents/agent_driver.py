"""The contract of the drivers: how an agent is started, what it reports and what it is told.

A driver decides nothing: whether an agent may do what it asks for is its caller's to say, so each
agent is started in its most cautious mode. Nothing is written here that an agent's hooks in the
chamber write too.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from orchestra_core.errors import Refused
from orchestra_server.agents.reports import Report


class ConversationLost(Refused):
    """The agent cannot go on with the conversation; it can begin a new one."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start, and where.

    `command` is what the person would type: the program and options of its own, such as a model;
    the driver adds those of its protocol. `environ` is the whole environment of the process.
    """

    agent: str  # its name in the configuration, for messages
    command: tuple[str, ...]
    directory: Path
    environ: Mapping[str, str]
    conversation: str = ""  # the conversation to go on with; "" for a new one


@dataclass(frozen=True, slots=True)
class Allow:
    """The answer that lets a call run. Rules for calls like it are the caller's to keep."""


@dataclass(frozen=True, slots=True)
class Deny:
    """The answer that lets a call fail, with words that the agent reads."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """The answer to questions: one choice, or words, for each of them in their order."""

    choices: tuple[str, ...]


Answer = Allow | Deny | Choose


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an agent can do; what it cannot, its caller has to say instead of trying."""

    resumes: bool = True  # a later process can go on with the conversation
    takes_words_in_a_turn: bool = True  # else a prompt waits until the turn has ended
    tells_prompts_read: bool = True  # there is a `PromptRead`
    tells_cost: bool = True  # `Used` has dollars


class Session(Protocol):
    """An agent that runs. Its calls may be made at any time, also after its end.

    `prompt` and `interrupt` raise `Refused` when the agent has ended.
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

        A reader that falls behind holds the agent up; nothing is dropped and memory does not grow.
        The reader may call the session's other methods between two reports. One who stops reading
        closes this generator, then the session.
        """
        ...

    async def prompt(self, text: str, prompt_id: str = "") -> None:
        """Begin a turn; while one runs, the text goes in at the next tool boundary.

        `PromptRead` has the id when the text has reached the model.
        """
        ...

    async def interrupt(self, text: str = "", prompt_id: str = "") -> None:
        """Abort the running tool and turn; a text begins the next turn at once.

        Returns as soon as the agent has been told; `TurnEnded` says that the turn is aborted.
        Requests that were open are withdrawn.
        """
        ...

    async def answer(self, ask_id: str, answer: Answer) -> None:
        """Answer what was asked; nothing happens for a request that is no longer open."""
        ...

    async def close(self, seconds: float) -> None:
        """Abort what runs, ask the agent to end and wait; then end what is left of its group.

        May be called repeatedly. `Ended` comes whatever happens.
        """
        ...


class Driver(Protocol):
    """Starts sessions of the agents that speak one protocol."""

    async def start(self, launch: Launch) -> Session:
        """Start an agent and return its session when it is ready for a prompt.

        Raises `Refused` with one line: the program is not installed, nobody is signed in, its
        version does not fit, or it ended at once, then with its last words; `ConversationLost`
        where only the conversation is the trouble. Nothing is left running then, nor when the
        waiting caller is cancelled.
        """
        ...
