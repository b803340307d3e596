"""Decodes a tool's answer, and fails for any field that its class does not declare."""

from typing import TypeVar

import msgspec

Answer = TypeVar("Answer")


def decode_exactly(reply: type[Answer], text: str) -> Answer:
    """Decode JSON into the class of a reply; every field of the text must be a field of it."""
    return convert_exactly(reply, msgspec.json.decode(text))


def convert_exactly(reply: type[Answer], content: object) -> Answer:
    """Convert structured content into the class of a reply, field for field."""
    answer = msgspec.convert(content, reply)
    assert msgspec.to_builtins(answer) == content
    return answer
