"""Documents as Redis holds them: the hash of each kind, and the JSON."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orchestra_core.clock import now_ms
from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.models import (
    Agent,
    Chamber,
    Clone,
    Conflict,
    Discovery,
    Document,
    Heartbeat,
    Interrupt,
    Presence,
    Task,
    WorkerRequest,
)
from orchestra_core.state import ArchivedTask, ProjectState, UnreadableDocument
from orchestra_core.store.client.client_protocol import Client
from orchestra_core.store.client.reply_parser import (
    UNREADABLE,
    Answer,
    UnreadableDocumentError,
    as_bytes,
    as_list,
    as_number,
    unreadable,
)
from orchestra_core.store.keys import DOCUMENT_HASHES, Keys
from orchestra_core.store.scripts import script
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import StartedWorker

Read = TypeVar(
    "Read",
    Task,
    Chamber,
    Agent,
    Discovery,
    Interrupt,
    WorkerRequest,
    StartedWorker,
    Conflict,
    Clone,
    DayAccount,
)

_HASHES: dict[type[Struct], str] = dict(
    zip(
        (
            Task,
            Chamber,
            Agent,
            Discovery,
            Interrupt,
            WorkerRequest,
            StartedWorker,
            Conflict,
            Clone,
            DayAccount,
        ),
        DOCUMENT_HASHES,
        strict=True,
    )
)
_archive_decoder = msgspec.json.Decoder(ArchivedTask)
_encoder = msgspec.json.Encoder()


def hash_of(kind: type[Struct]) -> str:
    """Return the name in DOCUMENT_HASHES of the hash for a kind of document."""
    return _HASHES[kind]


def encode(document: Document | Presence | GateVerdict) -> bytes:
    """Return a document as compact JSON."""
    return _encoder.encode(document)


def decode(kind: type[Read], raw: bytes, name: str = "") -> Read:
    """Decode a document; raises StoreUnavailable, with its name, if this version cannot."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNREADABLE as error:
        raise unreadable(f"a {kind.__name__.lower()}", error, name) from error


def decode_verdict(raw: bytes) -> GateVerdict | None:
    """Decode a gate's verdict; None if this version cannot, so that the tree is judged again."""
    try:
        return msgspec.json.decode(raw, type=GateVerdict)
    except UNREADABLE:
        return None


def decode_archived(raw: bytes) -> ArchivedTask:
    """Decode an archived task; raises StoreUnavailable if this version cannot."""
    try:
        return _archive_decoder.decode(raw)
    except UNREADABLE as error:
        raise unreadable("an archived task", error) from error


def decode_presence(raws: Iterable[bytes]) -> list[Presence]:
    """Decode reports, and skip what is not one.

    Reports come from hooks in chambers, which may be of another version, and are not history. A bad
    one must not close the room.
    """
    reports: list[Presence] = []
    for raw in raws:
        with suppress(*UNREADABLE):
            reports.append(msgspec.json.decode(raw, type=Presence))
    return reports


def decode_heartbeats(answer: Answer) -> dict[str, Heartbeat]:
    """Decode the store's time, and after it pairs of a clone's id and its heartbeat.

    The times are converted to this machine's clock, so that ages are right even if clocks differ.
    """
    now, *pairs = as_list(answer)
    ahead = now_ms() - as_number(now) if now else 0
    heartbeats: dict[str, Heartbeat] = {}
    for name, raw in zip(pairs[::2], pairs[1::2], strict=True):
        with suppress(*UNREADABLE):
            heartbeat = msgspec.json.decode(as_bytes(raw), type=Heartbeat)
            heartbeats[as_bytes(name).decode()] = replace(heartbeat, at=heartbeat.at + ahead)
    return heartbeats


def snapshot_keys(keys: Keys) -> tuple[str, ...]:
    """Return the keys for scripts/snapshot.lua."""
    return (
        keys.sequence,
        keys.stream,
        keys.ended,
        *(keys.documents(name) for name in DOCUMENT_HASHES),
        keys.presence,
        keys.heartbeats,
    )


def decode_snapshot(answer: Answer) -> ProjectState:
    """Decode the answer of scripts/snapshot.lua; raises UnreadableDocumentError."""
    seq, nonce, archived, *hashes, presence, heartbeats = as_list(answer)
    tasks, chambers, agents, discoveries, interrupts, requests, *others = hashes
    workers, conflicts, clones, days = others
    reports = [as_bytes(raw) for raw in as_list(presence)]
    return ProjectState(
        seq=as_number(seq),
        nonce=as_number(nonce),
        archived=as_number(archived),
        tasks={task.id: task for task in _decode_all(Task, tasks)},
        chambers={chamber.id: chamber for chamber in _decode_all(Chamber, chambers)},
        agents={agent.id: agent for agent in _decode_all(Agent, agents)},
        discoveries={discovery.id: discovery for discovery in _decode_all(Discovery, discoveries)},
        interrupts={interrupt.id: interrupt for interrupt in _decode_all(Interrupt, interrupts)},
        requests={request.id: request for request in _decode_all(WorkerRequest, requests)},
        workers={worker.id: worker for worker in _decode_all(StartedWorker, workers)},
        conflicts={conflict.id: conflict for conflict in _decode_all(Conflict, conflicts)},
        clones={clone.id: clone for clone in _decode_all(Clone, clones)},
        days={day.id: day for day in _decode_all(DayAccount, days)},
        heartbeats=decode_heartbeats(heartbeats),
        presence={presence.chamber_id: presence for presence in decode_presence(reports)},
    )


def decode_fields(answer: Answer, keys: Keys) -> ProjectState:
    """Decode the answer of scripts/snapshot.lua to "fields", and name what cannot be read."""
    seq, nonce, archived, *hashes, presence, heartbeats = as_list(answer)
    state = ProjectState(seq=as_number(seq), nonce=as_number(nonce), archived=as_number(archived))
    unreadable_documents = list[UnreadableDocument]()
    for (kind, name), flat in zip(_HASHES.items(), hashes, strict=True):
        words = [as_bytes(word) for word in as_list(flat)]
        for field, raw in zip(words[::2], words[1::2], strict=True):
            try:
                document = cast("Document", msgspec.json.decode(raw, type=kind))
            except UNREADABLE as error:
                place = (keys.documents(name), field.decode("utf-8", "replace"))
                unreadable_documents.append(UnreadableDocument(*place, str(error)))
            else:
                state.put(document)
    reports = [as_bytes(raw) for raw in as_list(presence)]
    state.presence = {presence.chamber_id: presence for presence in decode_presence(reports)}
    state.heartbeats = decode_heartbeats(heartbeats)
    state.unreadable = tuple(unreadable_documents)
    return state


async def read_snapshot(client: Client, keys: Keys) -> ProjectState:
    """Return the whole state at one moment, without the documents that cannot be read."""
    snapshot, place = script("snapshot"), snapshot_keys(keys)
    try:
        return decode_snapshot(await client.run(snapshot, place, []))
    except UnreadableDocumentError:
        return decode_fields(await client.run(snapshot, place, ["fields"]), keys)


def _decode_all(kind: type[Read], array: Answer) -> list[Read]:
    try:
        return msgspec.json.decode(as_bytes(array), type=list[kind])
    except UNREADABLE as error:
        raise unreadable(f"a {kind.__name__.lower()}", error) from error
