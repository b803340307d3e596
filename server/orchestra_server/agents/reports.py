"""The reports of a working agent, the same for all agents.

Texts are cut at `TEXT_LIMIT` characters. Tools and their arguments have the names that Claude Code
uses for the same action: Bash(command), Read(file_path), Edit(file_path, old_string, new_string),
Write(file_path, content), WebFetch(url). Everything else keeps the agent's own name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

TEXT_LIMIT = 16_000


@dataclass(frozen=True, slots=True)
class Started:
    """The agent has said which conversation this is; repeated if that changes."""

    conversation: str
    model: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """The agent works: on a prompt, or by itself after one of its subagents has ended."""


@dataclass(frozen=True, slots=True)
class PromptRead:
    """A prompt has reached the model: it is part of its next request."""

    prompt_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A whole text of the agent's; `subagent` is the call that started the subagent behind it."""

    text: str
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class ToolBegan:
    """A tool call; it may still have to be allowed."""

    id: str
    tool: str
    arguments: Mapping[str, object]
    title: str = ""  # in the agent's own words, "" if it gives none
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """The end of a tool call, with the beginning of its answer."""

    id: str
    outcome: Literal["done", "failed", "aborted"]
    text: str = ""
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The agent waits for an answer: whether it may call a tool, or the answers to its questions.

    A question's tool is AskUserQuestion, with `questions` as Claude Code has them.
    """

    ask_id: str
    kind: Literal["permission", "question"]
    tool: str
    arguments: Mapping[str, object]
    tool_id: str = ""  # the `ToolBegan` it belongs to, "" if the agent does not say
    title: str = ""
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class AskWithdrawn:
    """Nobody needs to answer any more."""

    ask_id: str


@dataclass(frozen=True, slots=True)
class Used:
    """What was used since the last `Used`, subagents included; reported before each `TurnEnded`."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cache_read: int = 0
    tokens_cache_write: int = 0
    dollars: float | None = None  # None if the agent does not report it
    context_used: int = 0  # tokens in the context window now, 0 if unknown
    context_window: int = 0


@dataclass(frozen=True, slots=True)
class SubagentChanged:
    """A subagent of the agent began, continued or ended; with its tokens so far, if reported."""

    id: str  # the call that started it
    name: str
    state: Literal["running", "done", "failed", "stopped"]
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the operator should know that needs no answer, such as senseless output."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The agent waits for the next prompt."""

    reason: Literal["done", "aborted", "failed"]
    words: str = ""  # its last message, or what went wrong


@dataclass(frozen=True, slots=True)
class Ended:
    """The process has ended: the last report, sent once.

    `closed` is an end that `close` asked for, `exited` any other with status 0. A negative status
    is a signal. `words` is one line, with its last output if it failed.
    """

    reason: Literal["closed", "exited", "failed"]
    status: int
    words: str = ""


Report = (
    Started
    | TurnBegan
    | PromptRead
    | Said
    | ToolBegan
    | ToolEnded
    | Asked
    | AskWithdrawn
    | Used
    | SubagentChanged
    | Noted
    | TurnEnded
    | Ended
)
