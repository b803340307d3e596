"""A change as the arguments of scripts/change.lua, and the meaning of its answer."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeVar

import msgspec

from orchestra_core.change import Change
from orchestra_core.errors import BadInput
from orchestra_core.events import Event, EventData, encode_event
from orchestra_core.models import Clone, Conflict, Task
from orchestra_core.state import ArchivedTask
from orchestra_core.store.client.client_protocol import Part
from orchestra_core.store.client.redis_request import Answer
from orchestra_core.store.client.reply_parser import as_bytes, as_event, as_list, as_number
from orchestra_core.store.documents import encode, hash_of
from orchestra_core.store.keys import Keys
from orchestra_core.store.reads import Reads
from orchestra_core.workers.day_account import DayAccount

# How long a repeat is recognised, in seconds: a caller's operation for a day, an operation made
# here as long as a command may be sent again.
_OPERATION_SECONDS = 86_400
_ATTEMPT_SECONDS = 180
Item = TypeVar("Item")
_encode = msgspec.json.Encoder().encode
_NONCE_BITS = 48  # every reader of JSON keeps such a number exact


@dataclass(frozen=True, slots=True)
class Committed:
    """The result of a change; `repeated` if the operation was done before."""

    events: tuple[Event, ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Stale:
    """A document that was read has changed since."""


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Another holder has the claim."""

    name: str
    holder: str


@dataclass(frozen=True, slots=True)
class Call:
    """The keys and arguments of one run of the script."""

    keys: tuple[str, ...]
    arguments: list[Part]
    events: tuple[Event, ...]  # the change's, after those that bring archived tasks back


class _Places(dict[str, int]):
    """Each key and its index in the script's KEYS, counted from 1; a new key is put at the end."""

    def __missing__(self, key: str) -> int:
        place = self[key] = len(self) + 1
        return place


def prepare(change: Change, reads: Reads, keys: Keys) -> Call:
    """Return the script's call; raises BadInput for text that is not valid Unicode."""
    operation = keys.operation(change.operation or secrets.token_hex(12))
    first = (keys.sequence, keys.stream, keys.claims, operation, keys.counts)
    places = _Places({key: place for place, key in enumerate(first, 1)})
    recalled = _recalled(change, reads) if reads.archived else []
    if recalled or change.archives:
        places |= {keys.archive: 6, keys.ended: 7}
    all_events = (*chain.from_iterable(map(partial(_recalling, change), recalled)), *change.events)
    documents, events = _encoded(all_events, keys)
    arguments: list[Part] = [keys.channel, _seconds_kept(change), new_nonce()]
    _add_lists(
        arguments,
        [(places[key], field, raw) for (key, field), raw in reads.guards.items()],
        [(places[key], size) for key, size in reads.sizes.items()],
        change.claims.items(),
        events,
        [(places[key], name, raw) for (key, name), raw in documents.items()],
        change.releases.items(),
        *(_moved(change.archives, recalled, keys, places) if recalled or change.archives else ()),
    )
    return Call(tuple(places), arguments, all_events)


def _encoded(
    events: Iterable[Event], keys: Keys
) -> tuple[dict[tuple[str, str], bytes], list[tuple[bytes]]]:
    """Return the documents by hash and id, and the events; raises BadInput."""
    documents, encoded_events = dict[tuple[str, str], bytes](), list[tuple[bytes]]()
    try:
        for event in events:
            for document in event.data.documents():
                place = keys.documents(hash_of(type(document))), document.id
                documents[place] = encode(document)
            if event.data.verdict is not None:
                documents[keys.verdicts, event.data.verdict.id] = encode(event.data.verdict)
            encoded_events.append((_unnumbered(event),))
    except UnicodeEncodeError as error:
        raise BadInput(
            "the text holds a lone surrogate, which is half a character; send valid UTF-8"
        ) from error
    return documents, encoded_events


def _moved(
    archives: Sequence[ArchivedTask], recalled: Sequence[ArchivedTask], keys: Keys, places: _Places
) -> tuple[list[tuple[Part, ...]], ...]:
    """Return the last four lists: what enters the archive, what comes back, and what is dropped."""
    drops, forgotten = _dropped(archives, keys)
    return (
        [(archived.task.id, archived.task.finished_at, _encode(archived)) for archived in archives],
        [(archived.task.id,) for archived in recalled],
        [(places[key], name) for key, name in drops],
        [(places[key],) for key in forgotten],
    )


def _add_lists(arguments: list[Part], *lists: Collection[tuple[Part, ...]]) -> None:
    """Add lists as the script takes them, each after its length; final empty ones are left out.

    Each argument costs a microsecond here and one in the server.
    """
    filled = len(arguments)
    for members in lists:
        arguments.append(len(members))
        if members:
            arguments += chain.from_iterable(members)
            filled = len(arguments)
    del arguments[filled:]


def _recalled(change: Change, reads: Reads) -> list[ArchivedTask]:
    """Return the archived tasks that the change writes a document of."""
    written = {
        document.id if isinstance(document, Task) else document.task_id
        for event in change.events
        for document in event.data.documents()
        if not isinstance(document, Conflict | Clone | DayAccount)
    }
    return [
        archived for task_id, archived in reads.archived.items() if archived and task_id in written
    ]


def _recalling(change: Change, archived: ArchivedTask) -> Iterator[Event]:
    """Yield the events that bring a task back; each carries at most one document of each kind."""
    cause, task = change.events[0], archived.task
    for number in range(max(1, *map(len, archived.lists()))):
        data = EventData(
            task=None if number else task,
            chamber=_item(archived.chambers, number),
            agent=_item(archived.agents, number),
            discovery=_item(archived.discoveries, number),
            interrupt=_item(archived.interrupts, number),
            request=_item(archived.requests, number),
            worker=_item(archived.workers, number),
            conflict=_item(archived.conflicts, number),
        )
        yield Event(
            at=cause.at,
            kind="task.recalled",
            actor=cause.actor,
            task_id=task.id,
            data=data,
        )


def _item(documents: tuple[Item, ...], number: int) -> Item | None:
    return documents[number] if number < len(documents) else None


def _dropped(
    archives: Iterable[ArchivedTask], keys: Keys
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the documents that leave the live hashes, and the streams no longer read."""
    drops, forgotten = list[tuple[str, str]](), list[str]()
    for archived in archives:
        drops += [
            (keys.documents(hash_of(type(document))), document.id)
            for document in archived.documents()
        ]
        drops += [(keys.presence, chamber.id) for chamber in archived.chambers]
        for chamber in archived.chambers:
            forgotten += [keys.activity(chamber.id), keys.transcript(chamber.id)]
    return drops, forgotten


def _seconds_kept(change: Change) -> int:
    """Return how long to remember the operation: 0 for a change of nothing, safe to repeat."""
    if change.operation:
        return _OPERATION_SECONDS
    return _ATTEMPT_SECONDS if change.events or change.claims or change.releases else 0


def new_nonce() -> int:
    """Return a number that tells the events of one change from others with the same `seq`."""
    return secrets.randbits(_NONCE_BITS) or 1


def _unnumbered(event: Event) -> bytes:
    numbered = event.seq or event.nonce or event.after
    return encode_event(
        msgspec.structs.replace(event, seq=0, nonce=0, after=0) if numbered else event
    )


def parse_result(answer: Answer, sent: tuple[Event, ...]) -> Committed | Stale | NameTaken:
    """Decode the script's answer."""
    word, *rest = as_list(answer)
    match as_bytes(word):
        case b"done":
            first, _, nonce, before = map(as_number, rest)
            events = (
                msgspec.structs.replace(
                    event, seq=first + offset, nonce=nonce, after=nonce if offset else before
                )
                for offset, event in enumerate(sent)
            )
            return Committed(tuple(events), repeated=False)
        case b"repeated":
            events = (as_event(as_bytes(raw)) for raw in as_list(rest[0]))
            return Committed(tuple(events), repeated=True)
        case b"taken":
            return NameTaken(as_bytes(rest[0]).decode(), as_bytes(rest[1]).decode())
        case _:
            return Stale()
