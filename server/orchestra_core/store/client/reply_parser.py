"""The answers of a server, taken apart without trusting their shape."""

import msgspec

from orchestra_core.errors import StoreUnavailable
from orchestra_core.events import Event, decode_event
from orchestra_core.store.client.redis_request import Answer
from orchestra_core.text import one_line

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)


def as_bytes(answer: Answer) -> bytes:
    """Return an answer that must be a string."""
    if isinstance(answer, bytes):
        return answer
    raise _surprise(answer)


def as_list(answer: Answer) -> list[Answer]:
    """Return an answer that must be a list."""
    if isinstance(answer, list):
        return answer
    raise _surprise(answer)


def as_number(answer: Answer) -> int:
    """Return an answer that is a number or its digits; no answer counts as 0."""
    if isinstance(answer, int):
        return answer
    if answer is None:
        return 0
    digits = as_bytes(answer)
    if not digits.isdigit():
        raise _surprise(answer)
    return int(digits)


def entry_field(entry: Answer) -> bytes:
    """Return the one value in a stream entry `[id, [name, value]]`."""
    return as_bytes(as_list(as_list(entry)[1])[1])


def as_event(raw: bytes) -> Event:
    """Decode an event of the history."""
    try:
        return decode_event(raw)
    except UNREADABLE as error:
        raise unreadable("an event", error) from error


class UnreadableDocumentError(StoreUnavailable):
    """The store holds something that this version cannot read."""


def unreadable(what: str, error: Exception, name: str = "") -> UnreadableDocumentError:
    """Return the error for something stored that this version cannot read."""
    said = f"{one_line(name, 160)}: {error}" if name else str(error)
    return UnreadableDocumentError(
        f"Redis holds {what} that this version of Orchestra cannot read ({said}); "
        "upgrade Orchestra here, or set ORCHESTRA_PROJECT to begin anew"
    )


def _surprise(answer: Answer) -> StoreUnavailable:
    return StoreUnavailable(
        f"Redis answered with {type(answer).__name__}, which no command of Orchestra expects; "
        "check whether another program writes keys that start with 'orchestra:'"
    )
