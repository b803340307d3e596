"""What a conversation's model requests have used, from the file in which Claude Code keeps it.

The file has a message once for each of its blocks, each time with the use of the whole message.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orchestra_core.workers.started_worker import Spent, total

_SIGN = b'"usage"'
_MOST = 256 * 1024 * 1024  # bytes of a file; the rest is not counted
_LONGEST = 16 * 1024 * 1024  # bytes of a line; a longer one is not counted


class _Usage(Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0


class _CountedMessage(Struct):
    id: str = ""
    usage: _Usage | None = None


class _CountedLine(Struct):
    type: str = ""
    message: _CountedMessage | None = None


def spent_in_transcript(path: Path) -> Spent:
    """Return the tokens of all messages, as one turn; raises OSError. Blocking."""
    usages: dict[str, _Usage] = {}
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe in its place does not block
    with os.fdopen(descriptor, "rb") as file:
        size = 0
        while size < _MOST and (raw := file.readline(_LONGEST)):
            size += len(raw)
            message = _message(raw) if _SIGN in raw else None
            if message is not None and message.usage is not None:
                usages[message.id] = message.usage
    return replace(total(map(_spent_of, usages.values())), turns=1)


def _message(raw: bytes) -> _CountedMessage | None:
    try:
        line = msgspec.json.decode(raw, type=_CountedLine)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return line.message if line.type == "assistant" else None


def _spent_of(usage: _Usage) -> Spent:
    return Spent(
        tokens_in=usage.input_tokens,
        tokens_out=usage.output_tokens,
        tokens_cached=usage.cache_read_input_tokens + usage.cache_creation_input_tokens,
    )
