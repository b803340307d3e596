"""What an agent reports while it works, the same for all agents.

Texts are cut at `TEXT_LIMIT` characters. A tool has the name, and its arguments have the names,
that Claude Code has for the same deed: Bash(command), Read(file_path), Edit(file_path, old_string,
new_string), Write(file_path, content), WebFetch(url). All else is called as the agent calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

TEXT_LIMIT = 16_000


@dataclass(frozen=True, slots=True)
class Started:
    """The agent has said which conversation this is; comes again if that changes."""

    conversation: str
    model: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """The agent works: on a prompt, or by itself when a subagent of its own has ended."""


@dataclass(frozen=True, slots=True)
class PromptRead:
    """A prompt has reached the model: it is part of its next request."""

    prompt_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A whole text of the agent's; `subagent` is the call that started the one who said it."""

    text: str
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class ToolBegan:
    """A tool call; it may still have to be allowed."""

    id: str
    tool: str
    arguments: Mapping[str, object]
    title: str = ""  # in the agent's own words, "" where it has none
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """The end of a tool call, with the beginning of what it answered."""

    id: str
    outcome: Literal["done", "failed", "aborted"]
    text: str = ""
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The agent waits for an answer: to whether it may call a tool, or to its questions.

    A question's tool is AskUserQuestion, whose arguments have `questions` as Claude Code has them.
    """

    ask_id: str
    kind: Literal["permission", "question"]
    tool: str
    arguments: Mapping[str, object]
    tool_id: str = ""  # the `ToolBegan` it belongs to, "" where the agent does not tell
    title: str = ""
    subagent: str = ""


@dataclass(frozen=True, slots=True)
class AskWithdrawn:
    """Nobody needs to answer any more."""

    ask_id: str


@dataclass(frozen=True, slots=True)
class Used:
    """What was used since the last `Used`, subagents included; comes before each `TurnEnded`."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cache_read: int = 0
    tokens_cache_write: int = 0
    dollars: float | None = None  # None where the agent does not tell
    context_used: int = 0  # tokens in the context window now, 0 where unknown
    context_window: int = 0


@dataclass(frozen=True, slots=True)
class SubagentChanged:
    """A subagent of the agent's began, goes on or ended; its tokens so far where they are told."""

    id: str  # the call that started it
    name: str
    state: Literal["running", "done", "failed", "stopped"]
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the operator should know and nobody has to answer, such as output without sense."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The agent waits for the next prompt."""

    reason: Literal["done", "aborted", "failed"]
    words: str = ""  # its last words, or what went wrong


@dataclass(frozen=True, slots=True)
class Ended:
    """The process has ended: the last report, once.

    `closed` is an end that `close` asked for; `exited` any other with status 0. A negative status
    is a signal. `words` is one line, with what it printed last where it failed.
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
