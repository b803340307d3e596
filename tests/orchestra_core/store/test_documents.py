import msgspec
import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.models import (
    Agent,
    Chamber,
    Clone,
    Conflict,
    Discovery,
    Heartbeat,
    Interrupt,
    Presence,
    Task,
    WorkerRequest,
)
from orchestra_core.store.documents import (
    decode,
    decode_presence,
    decode_snapshot,
    encode,
    hash_of,
    snapshot_keys,
)
from orchestra_core.store.keys import DOCUMENT_HASHES, Keys
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import StartedWorker
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_clone,
    a_conflict,
    a_day,
    a_discovery,
    a_request,
    a_started_worker,
    a_task,
    an_agent,
    an_interrupt,
)

WORKING = Presence(chamber_id=a_chamber().id, state="working", since=NOON)


def test_each_kind_of_document_has_its_own_hash() -> None:
    kinds = (
        *(Task, Chamber, Agent, Discovery, Interrupt),
        *(WorkerRequest, StartedWorker, Conflict, Clone, DayAccount),
    )
    assert sorted(hash_of(kind) for kind in kinds) == sorted(DOCUMENT_HASHES)


def test_a_document_is_read_back_as_it_was_written() -> None:
    assert decode(Task, encode(a_task())) == a_task()
    assert decode(Chamber, encode(a_chamber())) == a_chamber()
    assert decode(Interrupt, encode(an_interrupt())) == an_interrupt()


def test_the_error_for_an_unreadable_document_names_its_kind() -> None:
    with pytest.raises(StoreUnavailable, match="Redis holds a chamber that this version"):
        decode(Chamber, b"{}")


def test_invalid_presence_reports_are_skipped() -> None:
    assert decode_presence([b"{", encode(WORKING), b'{"state": "unheard-of"}']) == [WORKING]


def test_a_snapshot_maps_ids_to_documents() -> None:
    one_of_each = (
        *(a_task(), a_chamber(), an_agent()),
        *(a_discovery(), an_interrupt(), a_request(), a_started_worker(), a_conflict(), a_clone()),
        a_day(),
    )
    heartbeat = msgspec.json.encode(Heartbeat(at=NOON, holder="h", serves="mail"))
    arrays = [msgspec.json.encode([document]) for document in one_of_each]
    state = decode_snapshot(
        [b"7", b"5", b"3", *arrays, [encode(WORKING), b"{"], [b"", b"c1", heartbeat, b"c2", b"{"]]
    )
    assert state.seq == 7
    assert state.clones == {a_clone().id: a_clone()}
    assert state.heartbeats == {"c1": Heartbeat(at=NOON, holder="h", serves="mail")}
    assert state.tasks == {a_task().id: a_task()}
    assert state.interrupts == {"i1": an_interrupt()}
    assert state.requests == {"r-1": a_request()}
    assert state.workers == {a_started_worker().id: a_started_worker()}
    assert state.days == {a_day().id: a_day()}
    assert state.conflicts == {a_conflict().id: a_conflict()}
    assert state.presence == {WORKING.chamber_id: WORKING}
    assert len(snapshot_keys(Keys("shop"))) == len(DOCUMENT_HASHES) + 5
