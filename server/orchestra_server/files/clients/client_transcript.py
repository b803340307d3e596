"""The conversation that a client keeps in a file: only this shows that a turn was aborted.

No hook runs when a person aborts a turn; the client appends a user message that says so.
"""

import os
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

# Bytes; only a few short lines follow that message.
_TAIL = 64 * 1024
_BEGINNING = "[Request interrupted by user"
_SIGN = f'"text":"{_BEGINNING}'.encode()


class _Part(Struct):
    type: str = ""
    text: str = ""


class _Message(Struct):
    content: str | list[_Part] = ""


class _Line(Struct):
    type: str = ""
    timestamp: str = ""
    message: _Message | None = None


def subagent_transcript(transcript: str, agent_id: str) -> str:
    """Return the file of a subagent's conversation, given the session's file."""
    stem = transcript.removesuffix(".jsonl")
    return f"{stem}/subagents/agent-{agent_id}.jsonl" if stem != transcript else ""


def aborted_at(path: Path) -> int:
    """Return when the last turn was aborted (ms), 0 if none was or the file cannot be read."""
    try:
        tail = _read_tail(path)
    except OSError:
        return 0
    for raw in reversed(tail.split(b"\n")):
        if _SIGN in raw and (moment := _moment(raw)):
            return moment
    return 0


def _read_tail(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        file.seek(max(0, os.fstat(descriptor).st_size - _TAIL))
        return file.read(_TAIL)


def _moment(raw: bytes) -> int:
    """Return the time of a message that says that the turn was aborted; 0 for any other message."""
    try:
        line = msgspec.json.decode(raw, type=_Line)
        at = int(datetime.fromisoformat(line.timestamp).timestamp() * 1_000)
    except (msgspec.DecodeError, ValueError):
        return 0
    content = line.message.content if line.message else ""
    parts = content if isinstance(content, list) else []
    says_so = any(part.text.startswith(_BEGINNING) for part in parts)
    return at if line.type == "user" and says_so else 0
