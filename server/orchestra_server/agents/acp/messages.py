"""The messages of the Agent Client Protocol that are used.

Tests check names and shapes against the protocol's own Python library, which is not imported here
(decision 0056). Decoding skips fields that are not named here.
"""

from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from orchestra_core.errors import Refused

PROTOCOL_VERSION = 1
AUTH_REQUIRED = -32000
METHOD_NOT_FOUND = -32601
NOTHING = msgspec.Raw(b"")
Json: TypeAlias = dict[str, object]
Kind = TypeVar("Kind")


class RpcError(Struct, frozen=True):
    """Why a call failed."""

    code: int = 0
    message: str = ""
    data: msgspec.Raw = NOTHING

    @property
    def words(self) -> str:
        """The message, with its details as they came."""
        data = bytes(self.data).decode("utf-8", "replace")
        return f"{self.message}: {data}" if data not in ("", "null") else self.message


class RpcMessage(Struct, frozen=True):
    """A request, a notification or a response."""

    id: int | str | None = None
    method: str = ""
    params: msgspec.Raw = NOTHING
    result: msgspec.Raw = NOTHING
    error: RpcError | None = None


class Implementation(Struct, frozen=True):
    """The program that answers."""

    name: str = ""
    version: str = ""


class SessionCapabilities(Struct, frozen=True):
    """What can be done with sessions; a capability is present or not, whatever its content."""

    resume: Json | None = None


class AgentCapabilities(Struct, frozen=True, rename="camel"):
    """What the agent can do."""

    load_session: bool = False
    session_capabilities: SessionCapabilities = SessionCapabilities()


class Initialized(Struct, frozen=True, rename="camel"):
    """The answer to `initialize`."""

    protocol_version: int
    agent_capabilities: AgentCapabilities = AgentCapabilities()
    agent_info: Implementation | None = None


class SessionModes(Struct, frozen=True, rename="camel"):
    """The mode of a session."""

    current_mode_id: str = ""


class OpenedSession(Struct, frozen=True, rename="camel"):
    """The answer to `session/new`, `session/load` and `session/resume`; the last two have no id."""

    session_id: str = ""
    modes: SessionModes | None = None


class TurnUsage(Struct, frozen=True, rename="camel"):
    """What a turn has used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_read_tokens: int | None = None
    cached_write_tokens: int | None = None


class PromptEnd(Struct, frozen=True, rename="camel"):
    """The answer to `session/prompt`."""

    stop_reason: str = ""
    usage: TurnUsage | None = None


class ToolContent(Struct, frozen=True, rename="camel"):
    """A block of text, or a tool's content: a block in it, or a change of a file."""

    type: str = ""
    text: str = ""
    content: "ToolContent | None" = None
    path: str = ""
    old_text: str | None = None
    new_text: str = ""

    @property
    def words(self) -> str:
        """The text in it."""
        return self.content.words if self.content else self.text


class FileLocation(Struct, frozen=True):
    """A file that a tool works on."""

    path: str = ""


class ToolCall(Struct, frozen=True, rename="camel"):
    """A tool call, or an update of it, in which most fields are empty."""

    tool_call_id: str = ""
    title: str | None = None
    kind: str | None = None
    status: str | None = None
    raw_input: msgspec.Raw = NOTHING
    raw_output: msgspec.Raw = NOTHING
    content: list[ToolContent] | None = None
    locations: list[FileLocation] | None = None


class SessionCost(Struct, frozen=True):
    """Cost since the beginning of the session."""

    amount: float = 0
    currency: str = ""


class SessionUpdate(Struct, frozen=True, rename="camel"):
    """What happens in a session. `content` is one block, or a list for a tool call."""

    session_update: str
    message_id: str | None = None
    content: ToolContent | list[ToolContent] | None = None
    used: int = 0
    size: int = 0
    cost: SessionCost | None = None


class UpdateParams(Struct, frozen=True):
    """The parameters of `session/update`; the content is decoded by its kind."""

    update: msgspec.Raw


class PermissionOption(Struct, frozen=True, rename="camel"):
    """One of the answers to a permission request."""

    option_id: str
    kind: str = ""


class PermissionParams(Struct, frozen=True, rename="camel"):
    """The parameters of `session/request_permission`."""

    tool_call: ToolCall
    options: list[PermissionOption] = []


def fields_of(raw: msgspec.Raw) -> Json:
    """Return an object with fields of the agent's own, {} for anything else."""
    try:
        return msgspec.json.decode(raw, type=Json)
    except msgspec.DecodeError:
        return {}


def text_of(raw: msgspec.Raw) -> str:
    """Return the value if it is a text, else ""."""
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        return ""


def decoded(content: msgspec.Raw, kind: type[Kind]) -> Kind:
    """Decode a part of a message; raises Refused if it does not follow the protocol."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise Refused(f"the agent does not speak its protocol: {error}; update it") from error


def request(number: int, method: str, params: Json) -> bytes:
    """Return our call as a line, without the line end."""
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return msgspec.json.encode(message)


def notification(method: str, params: Json) -> bytes:
    """Return a notification, which has no answer."""
    return msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": params})


def response(number: int | str | None, result: Json) -> bytes:
    """Return our answer to an agent's call."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": number, "result": result})


def failure(number: int | str | None, code: int, message: str) -> bytes:
    """Return an error as the answer to an agent's call."""
    error = {"code": code, "message": message}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": number, "error": error})


def initialize() -> Json:
    """Return the parameters of `initialize`: we offer no file system and no terminal."""
    files = {"readTextFile": False, "writeTextFile": False}
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "clientCapabilities": {"fs": files, "terminal": False},
        "clientInfo": {"name": "orchestra", "version": "0"},
    }


def prompt(session: str, text: str) -> Json:
    """Return the parameters of `session/prompt`."""
    return {"sessionId": session, "prompt": [{"type": "text", "text": text}]}


def selected(option: str) -> Json:
    """Return the outcome of a permission request that was answered."""
    return {"outcome": {"outcome": "selected", "optionId": option}}


def cancelled() -> Json:
    """Return the outcome of a permission request that nobody will answer."""
    return {"outcome": {"outcome": "cancelled"}}
