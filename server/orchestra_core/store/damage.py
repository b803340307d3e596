"""What a store has lost: found with a few short commands, and written again from its history.

A single key can be lost: by eviction, or by a careless DEL. The history can restore every document.
If the history itself is lost, a checkpoint of the present documents ends it.
"""

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Literal

from orchestra_core.errors import Refused
from orchestra_core.events import Position
from orchestra_core.models import Document
from orchestra_core.store.checkpoint import checkpoint_number, checkpoint_of, replay
from orchestra_core.store.client.redis_request import Answer
from orchestra_core.store.client.reply_parser import as_bytes, as_list, as_number
from orchestra_core.store.documents import encode, hash_of
from orchestra_core.store.keys import DOCUMENT_HASHES
from orchestra_core.store.scripts import script
from orchestra_core.store.store import Store

if TYPE_CHECKING:
    from orchestra_core.store.client.client_protocol import Part

DamageName = Literal["lost counter", "lost history", "lost documents", "unreadable document"]
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Damage:
    """One key that is not as it should be; `subject` is the key, with its field if there is one."""

    name: DamageName
    subject: str
    sentence: str
    mending: str
    count: int = 0  # the number of documents that a hash had


@dataclass(frozen=True, slots=True)
class _Counted:
    """How far the history reaches, and how many documents there are and should be."""

    sequence: int | None
    first: Position | None  # of the stream; None if it is empty
    last: Position | None
    checkpoint: int
    sizes: dict[str, int]
    counts: dict[str, int]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is lost."""
        return not (self.has_lost_counter or self.has_lost_history or self.lost)

    @property
    def has_lost_counter(self) -> bool:
        """Whether the number of the last event differs from the stream's."""
        return self.last is not None and self.sequence != self.last.seq

    @property
    def has_lost_history(self) -> bool:
        """Whether the stream does not begin right after the checkpoint."""
        if self.first is None:
            return (self.sequence or 0) > self.checkpoint
        return self.first.seq > self.checkpoint + 1

    @property
    def lost(self) -> list[tuple[str, int, int]]:
        """The hashes that hold fewer documents than were written, with both numbers."""
        return [
            (key, size, self.counts[key])
            for key, size in self.sizes.items()
            if size < self.counts.get(key, 0)
        ]

    @property
    def is_uncounted(self) -> bool:
        """Whether the counts are lost, or older versions that wrote here never kept them."""
        return any(size and key not in self.counts for key, size in self.sizes.items())


async def find_damage(store: Store) -> list[Damage]:
    """Return what is lost or cannot be read, in the order in which to repair it."""
    keys = store.keys
    counted = await _count(store)
    if not counted.is_whole:  # otherwise the project changed between two of the commands
        counted = await _count(store)
    damages = list[Damage]()
    if counted.has_lost_counter:
        damages.append(_lost_counter(keys.sequence, counted))
    if counted.has_lost_history:
        damages.append(_lost_history(keys.stream, counted))
    if counted.is_uncounted and not damages:
        counted = await _count_anew(store, counted)
    damages += [_lost_documents(*lost) for lost in counted.lost]
    for document in (await store.snapshot()).unreadable:
        damages.append(_unreadable(*document))
    return damages


async def mend_damage(store: Store, damage: Damage) -> bool:
    """Repair it; return False if it is left to people. Safe to repeat.

    Raises Refused if the history does not have everything that was lost.
    """
    match damage.name:
        case "lost counter":
            return await _write_again(store)
        case "lost documents":
            return await _write_again(store) and await _require_all(store, damage)
        case "lost history":
            return await _close_history(store)
        case "unreadable document":
            return False


async def _write_again(store: Store) -> bool:
    """Write the documents that the history has and the store lacks."""
    for _ in range(_ATTEMPTS):
        state = await replay(store)
        documents = chain.from_iterable(state.of_kind(name).values() for name in DOCUMENT_HASHES)
        if await _restore(store, state.position, [*documents]) >= 0:
            return True
    return False


async def _require_all(store: Store, damage: Damage) -> bool:
    """Raise Refused unless the hash has as many documents as it had before."""
    size = as_number(await store.client.call("HLEN", damage.subject))
    if size < damage.count:
        raise Refused(
            f"the history has only {size} of the {damage.count} documents of {damage.subject}; "
            "the others were written before it begins, and are lost"
        )
    return True


async def _close_history(store: Store) -> bool:
    """Keep a checkpoint of the present documents, because the events before are lost."""
    for _ in range(_ATTEMPTS):
        state = await store.snapshot()
        if await _restore(store, state.position, [], checkpoint_of(state)) >= 0:
            return True
    return False


async def _restore(
    store: Store, position: Position, documents: list[Document], checkpoint: bytes = b""
) -> int:
    keys = store.keys
    hashes = [keys.documents(name) for name in DOCUMENT_HASHES]
    index = {key: number for number, key in enumerate(hashes, 5)}
    arguments: list[Part] = [position.seq, position.nonce, checkpoint]
    for document in documents:
        key = keys.documents(hash_of(type(document)))
        arguments += (index[key], document.id, encode(document))
    places = (keys.sequence, keys.stream, keys.counts, keys.checkpoint, *hashes)
    return _signed(await store.client.run(script("restore"), places, arguments))


def _signed(answer: Answer) -> int:
    return answer if isinstance(answer, int) else 0


async def _count(store: Store) -> _Counted:
    call, keys = store.client.call, store.keys
    # Counts first: documents added meanwhile exceed the counts, which is not a loss.
    words = [as_bytes(word).decode() for word in as_list(await call("HGETALL", keys.counts))]
    sequence = await call("GET", keys.sequence)
    hashes = [keys.documents(name) for name in DOCUMENT_HASHES]
    return _Counted(
        sequence=None if sequence is None else as_number(sequence),
        first=_position(await call("XRANGE", keys.stream, "-", "+", "COUNT", 1)),
        last=_position(await call("XREVRANGE", keys.stream, "+", "-", "COUNT", 1)),
        checkpoint=await checkpoint_number(store),
        sizes={key: as_number(await call("HLEN", key)) for key in hashes},
        counts=dict(zip(words[::2], map(int, words[1::2]), strict=True)),
    )


async def _count_anew(store: Store, counted: _Counted) -> _Counted:
    """Count by the history if the counts are lost or were never kept."""
    state = await replay(store)
    expected = {store.keys.documents(name): len(state.of_kind(name)) for name in DOCUMENT_HASHES}
    if all(counted.sizes[key] >= count for key, count in expected.items()):
        await _restore(store, state.position, [])
    return replace(counted, counts=expected)


def _position(entries: Answer) -> Position | None:
    for entry in as_list(entries):
        seq, _, nonce = as_bytes(as_list(entry)[0]).decode().partition("-")
        return Position(int(seq), int(nonce))
    return None


def _lost_counter(key: str, counted: _Counted) -> Damage:
    is_lost = "is lost" if counted.sequence is None else f"is {counted.sequence}"
    last = counted.last.seq if counted.last else 0
    return Damage(
        "lost counter",
        key,
        f"{key}, the number of the last event, {is_lost}",
        f"it is {last} again, as the history says",
    )


def _lost_history(key: str, counted: _Counted) -> Damage:
    first = counted.first.seq if counted.first else (counted.sequence or 0) + 1
    return Damage(
        "lost history",
        key,
        f"{key}, the history, has lost the events before {first}",
        "they cannot be brought back; every document is there, and a checkpoint keeps them",
    )


def _lost_documents(key: str, size: int, count: int) -> Damage:
    return Damage(
        "lost documents",
        key,
        f"{key} holds {size} of {count} documents",
        "those that are lost are written again from the history",
        count,
    )


def _unreadable(key: str, field: str, reason: str) -> Damage:
    return Damage(
        "unreadable document",
        f"{key} {field}",
        f"{key} holds {field!r}, which this version of Orchestra cannot read: {reason}",
        "it is left as it is and everything else works; upgrade Orchestra here, or remove it",
    )
