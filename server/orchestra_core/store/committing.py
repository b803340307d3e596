"""A change as the arguments of scripts/change.lua, and what its answer means."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from orchestra_core.change import Change
from orchestra_core.errors import BadInput
from orchestra_core.events import Event, encode_event
from orchestra_core.keys import DOCUMENT_HASHES, Keys
from orchestra_core.store.answers import Answer, as_bytes, as_event, as_list, as_number
from orchestra_core.store.client import Part
from orchestra_core.store.documents import encode, hash_of
from orchestra_core.store.reads import Reads

# How long a repeat is recognised, in seconds: a caller's own operation for a day, one made here for
# as long as a command may be sent again.
_OPERATION_SECONDS = 86_400
_ATTEMPT_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Committed:
    """What a change has become; `repeated` when the operation had been done before."""

    events: tuple[Event, ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Stale:
    """Something that was read has changed since."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim is another's."""

    name: str
    holder: str


@dataclass(frozen=True, slots=True)
class Call:
    """The keys and arguments of one run of the script."""

    keys: tuple[str, ...]
    arguments: list[Part]


def prepare(change: Change, reads: Reads, keys: Keys) -> Call:
    """Return the script's call; raises BadInput for text that is no valid Unicode."""
    hashes = tuple(keys.documents(name) for name in DOCUMENT_HASHES)
    operation = keys.operation(change.operation or secrets.token_hex(12))
    declared = (keys.sequence, keys.stream, keys.claims, operation, *hashes)
    index = {key: position for position, key in enumerate(declared, 1)}
    try:
        documents = {
            (index[keys.documents(hash_of(type(document)))], document.id): encode(document)
            for event in change.events
            for document in event.data.documents()
        }
        events = [(encode_event(msgspec.structs.replace(event, seq=0)),) for event in change.events]
    except UnicodeEncodeError as error:
        raise BadInput(
            "the text holds half a character (a lone surrogate); send it as UTF-8"
        ) from error
    arguments: list[Part] = [
        keys.channel,
        _OPERATION_SECONDS if change.operation else _ATTEMPT_SECONDS,
        *_listed((index[key], field, raw) for (key, field), raw in reads.guards.items()),
        *_listed((index[key], size) for key, size in reads.sizes.items()),
        *_listed(change.claims.items()),
        *_listed((at, name, raw) for (at, name), raw in documents.items()),
        *_listed(change.releases.items()),
        *_listed(events),
    ]
    return Call(declared, arguments)


def understand(answer: Answer, change: Change) -> Committed | Stale | Taken:
    """Return what the script answered."""
    word, *rest = as_list(answer)
    match as_bytes(word):
        case b"done":
            first = as_number(rest[0])
            events = (
                msgspec.structs.replace(event, seq=first + offset)
                for offset, event in enumerate(change.events)
            )
            return Committed(tuple(events), repeated=False)
        case b"repeated":
            events = (as_event(as_bytes(raw)) for raw in as_list(rest[0]))
            return Committed(tuple(events), repeated=True)
        case b"taken":
            return Taken(as_bytes(rest[0]).decode(), as_bytes(rest[1]).decode())
        case _:
            return Stale()


def _listed(groups: Iterable[tuple[Part, ...]]) -> list[Part]:
    """Return groups as the script takes them: their number, then all their members."""
    gathered = list(groups)
    return [len(gathered), *(part for group in gathered for part in group)]
