"""What a decision reads becomes its guard, once, and an archived task is read like a live one."""

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Task
from orchestra_core.store.archive import archive_ended
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from tests.support.samples.documents import NOON, a_chamber, a_task, task_started

TASK = a_task("t-1")


@pytest.fixture
def reads(store: Store) -> Reads:
    return Reads(store.client, store.keys)


async def write(store: Store, *documents: Task | Chamber) -> None:
    """Write documents, each with an event."""
    events = tuple(
        task_started(document)
        if isinstance(document, Task)
        else Event(
            at=NOON,
            kind="chamber.created",
            task_id=document.task_id,
            data=EventData(chamber=document),
        )
        for document in documents
    )

    async def decide(_reads: Reads) -> Change:
        return Change(events=events)

    await store.transact(decide)


async def test_a_document_is_read_once_and_stays_as_it_was_for_the_decision(
    store: Store, reads: Reads
) -> None:
    await write(store, TASK)
    assert await reads.task("t-1") == TASK
    await write(store, replace(TASK, description="by another"))
    assert await reads.task("t-1") == TASK
    assert await reads.read_all(Task, ["t-1", "t-2"]) == [TASK, None]


async def test_a_missing_document_is_a_guard_too(store: Store, reads: Reads) -> None:
    assert (await reads.chamber("t-1/auth"), await reads.claim("auth")) == (None, "")
    keys = store.keys
    assert reads.guards[keys.documents("chambers"), "t-1/auth"] == b""
    assert reads.guards[keys.claims, "auth"] == b""


async def test_the_chambers_of_a_task_come_in_the_order_of_their_creation(
    store: Store, reads: Reads
) -> None:
    chambers = [
        replace(a_chamber(name, "t-1"), created_at=NOON + at)
        for name, at in (("b", 2), ("c", 1), ("a", 2))
    ]
    await write(store, TASK, *chambers, a_chamber("x", "t-11"), a_chamber("y", "t"))
    assert [chamber.name for chamber in await reads.chambers_of("t-1")] == ["c", "a", "b"]
    assert reads.sizes == {store.keys.documents("chambers"): 5}


async def test_the_whole_state_and_all_claims_are_not_guards(store: Store, reads: Reads) -> None:
    await write(store, TASK)
    assert (await reads.state()).tasks == {"t-1": TASK}
    assert await reads.claims() == {}
    assert (reads.guards, reads.sizes) == ({}, {})


async def test_documents_of_an_archived_task_are_read_as_if_they_were_live(
    store: Store, reads: Reads
) -> None:
    ended = replace(TASK, state="completed", finished_at=NOON)
    auth = replace(a_chamber("auth", "t-1"), state="closed")
    await write(store, ended, auth)
    await archive_ended(store, NOON, keep=0)
    assert (await store.snapshot()).tasks == {}
    assert await reads.task("t-1") == ended
    assert await reads.chamber("t-1/auth") == auth
    assert await reads.chamber("t-1/api") is None
    assert await reads.chambers_of("t-1") == [auth]
    assert list(reads.archived) == ["t-1"]
