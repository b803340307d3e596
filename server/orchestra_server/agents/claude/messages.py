"""The messages of Claude Code's stream-json mode that are used.

Tried with 2.1.330. Decoding skips fields that are not named here.
"""

from typing import TypeAlias

import msgspec
from msgspec import Struct

Json: TypeAlias = "dict[str, object]"


class Block(Struct, frozen=True):
    """One content block; fields that its type lacks are empty."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: Json = {}
    tool_use_id: str = ""
    content: "str | list[Block] | None" = None
    is_error: bool | None = None

    @property
    def words(self) -> str:
        """The text of the block, or of a tool's result."""
        if isinstance(self.content, list):
            return "\n".join(block.words for block in self.content)
        return self.content or self.text


class TokenCounts(Struct, frozen=True):
    """What one request to the model used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0

    @property
    def context(self) -> int:
        """How many tokens the context window held."""
        read, written = self.cache_read_input_tokens, self.cache_creation_input_tokens
        return self.input_tokens + read + written + self.output_tokens


class ApiMessage(Struct, frozen=True):
    """A message of the conversation."""

    content: str | list[Block] = ""
    model: str = ""
    usage: TokenCounts | None = None

    @property
    def blocks(self) -> list[Block]:
        """The content as blocks."""
        if isinstance(self.content, str):
            return [Block("text", text=self.content)]
        return self.content


class TokenSums(Struct, frozen=True, rename="camel"):
    """What one model used, subagents included."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cost_usd: float | None = msgspec.field(default=None, name="costUSD")
    context_window: int = 0


class ControlRequest(Struct, frozen=True):
    """A request of the client's."""

    subtype: str = ""
    tool_name: str = ""
    input: Json = {}
    tool_use_id: str = ""
    agent_id: str = ""
    description: str = ""


class SignIn(Struct, frozen=True, rename="camel"):
    """Who is signed in, according to the answer to `initialize`."""

    token_source: str = ""
    api_key_source: str = ""
    api_provider: str = ""

    @property
    def is_signed_in(self) -> bool:
        """Whether requests to the model can be made; other providers have keys of their own."""
        has_key = self.token_source not in ("", "none") or bool(self.api_key_source)
        return has_key or self.api_provider not in ("", "firstParty")


class InitializeAnswer(Struct, frozen=True):
    """The answer to `initialize`."""

    account: SignIn = SignIn()
    claude_code_version: str = ""


class ControlResponse(Struct, frozen=True):
    """The answer to our control request."""

    subtype: str = ""
    request_id: str = ""
    error: str = ""
    response: msgspec.Raw = msgspec.Raw(b"")


class TaskTokens(Struct, frozen=True):
    """What a subagent has used so far."""

    total_tokens: int = 0


class ClientMessage(Struct, frozen=True):
    """Any line; fields that its type lacks are empty. In a result, its models' sums count."""

    type: str
    subtype: str = ""
    session_id: str = ""
    message: ApiMessage | None = None
    parent_tool_use_id: str | None = None
    request_id: str = ""
    request: ControlRequest | None = None
    response: ControlResponse | None = None
    model: str = ""
    claude_code_version: str = ""
    is_error: bool = False
    result: str | None = None
    errors: list[str] = []
    terminal_reason: str | None = None
    total_cost_usd: float | None = None
    model_usage_since_last_result: dict[str, TokenSums] | None = None
    model_usage: dict[str, TokenSums] = msgspec.field(
        default_factory=dict[str, TokenSums], name="modelUsage"
    )
    command_uuid: str = ""
    state: str = ""
    tool_use_id: str | None = None
    task_id: str = ""
    task_type: str = ""
    subagent_type: str = ""
    description: str = ""
    status: str = ""
    usage: TaskTokens | None = None
    attempt: int = 0
    error: str | None = None


def line_of(message: Json) -> bytes:
    """Return our message as a line, without the line end."""
    return msgspec.json.encode(message)


def control(request_id: str, subtype: str, **fields: object) -> bytes:
    """Return our control request."""
    request = {"subtype": subtype, **fields}
    return line_of({"type": "control_request", "request_id": request_id, "request": request})


def success(request_id: str, response: Json) -> bytes:
    """Return our answer to the client's control request."""
    answer = {"subtype": "success", "request_id": request_id, "response": response}
    return line_of({"type": "control_response", "response": answer})


def failure(request_id: str, error: str) -> bytes:
    """Return an error as the answer to the client's control request."""
    answer = {"subtype": "error", "request_id": request_id, "error": error}
    return line_of({"type": "control_response", "response": answer})


def user_message(text: str, uuid: str) -> bytes:
    """Return a prompt."""
    message = {"role": "user", "content": text}
    return line_of(
        {
            "type": "user",
            "message": message,
            "parent_tool_use_id": None,
            "session_id": "",
            "uuid": uuid,
        }
    )
