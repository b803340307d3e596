"""Decodes a request that a hook has put into the spool."""

from typing import cast

import msgspec
from msgspec import Struct

from orchestra_core.models import WorkerRequest
from orchestra_core.names import split_chamber_id
from orchestra_core.text import clean, one_line

_QUESTION_TOOL = "AskUserQuestion"
# Most characters of one text, and of all; a person reads no more, and the store keeps them.
_TEXT_LIMIT = 20_000
_INPUT_LIMIT = 100_000
_SHORTER_LIMIT = 1_000
_NS_PER_MS = 1_000_000


class UnreadableRequestError(ValueError):
    """A file that is not a request."""


class _Payload(Struct, frozen=True):
    session_id: str = ""
    agent_id: str = ""
    tool_name: str = ""
    tool_input: object = None


class _AskedFile(Struct, frozen=True, kw_only=True):
    id: str
    chamber_id: str
    like: str = ""
    payload: _Payload = _Payload()


def read_asked(raw: bytes, written_ns: int) -> WorkerRequest:
    """Return the request; raises UnreadableRequestError for anything else."""
    try:
        asked = msgspec.json.decode(raw, type=_AskedFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise UnreadableRequestError(str(fault)) from fault
    payload, chamber = asked.payload, split_chamber_id(asked.chamber_id)
    return WorkerRequest(
        id=one_line(asked.id, 60),
        task_id=chamber.task_id,
        chamber=chamber.name,
        agent_id=one_line(payload.agent_id, 200),
        session_id=one_line(payload.session_id, 200),
        kind="question" if payload.tool_name == _QUESTION_TOOL else "permission",
        tool=one_line(payload.tool_name, 80),
        tool_input=encoded_input(payload.tool_input),
        like=one_line(asked.like, 500),
        asked_at=written_ns // _NS_PER_MS,
    )


def encoded_input(tool_input: object) -> str:
    """Return a tool's input as JSON, with texts cleaned and long ones cut."""
    encoded = msgspec.json.encode(_cut(tool_input, _TEXT_LIMIT)).decode()
    if len(encoded) > _INPUT_LIMIT:
        encoded = msgspec.json.encode(_cut(tool_input, _SHORTER_LIMIT)).decode()
    if len(encoded) > _INPUT_LIMIT:
        return msgspec.json.encode({"description": "its input is too large to be shown"}).decode()
    return encoded


def _cut(value: object, limit: int) -> object:
    match value:
        case str():
            over = len(value) - limit
            return clean(value if over <= 0 else f"{value[:limit]}\n… ({over:,} characters more)")
        case dict():
            members = cast("dict[str, object]", value)
            return {clean(name): _cut(member, limit) for name, member in members.items()}
        case list():
            return [_cut(item, limit) for item in cast("list[object]", value)]
        case _:
            return value
