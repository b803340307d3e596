"""Reading without a decision: all of one moment, and nothing is written."""

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import Refused, Unknown
from orchestra_core.models import Task
from orchestra_core.store import store as store_module
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from tests.support.samples.documents import a_task, starting
from tests.support.stores.store_watch import commit

FIRST, SECOND = a_task("first-1"), a_task("second-2")


async def test_read_returns_documents_and_writes_nothing(store: Store) -> None:
    await commit(store, starting(FIRST))
    keys_before = await store.client.call("DBSIZE")

    seen = await store.read(lambda reads: reads.task(FIRST.id))

    assert seen == FIRST
    assert (await store.snapshot()).seq == 1
    assert await store.client.call("DBSIZE") == keys_before


async def test_read_starts_again_when_documents_change_between_two_reads(store: Store) -> None:
    await commit(store, starting(FIRST))
    looks = 0

    async def look(reads: Reads) -> tuple[Task | None, Task | None]:
        nonlocal looks
        looks += 1
        first = await reads.task(FIRST.id)
        if looks == 1:
            changed = a_task(FIRST.id, description="changed meanwhile")
            await commit(
                store, Change(events=(*starting(changed).events, *starting(SECOND).events))
            )
        return first, await reads.task(SECOND.id)

    first, second = await store.read(look)

    assert looks == 2
    assert first is not None
    assert first.description == "changed meanwhile"
    assert second == SECOND


async def test_read_fails_when_the_documents_change_at_every_attempt(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_ATTEMPTS", 3)
    numbers = iter(range(10))

    async def look(reads: Reads) -> None:
        await reads.task(FIRST.id)
        await reads.task(SECOND.id)
        await commit(store, starting(a_task(FIRST.id, description=str(next(numbers)))))

    with pytest.raises(Refused, match="changed the same documents 3 times"):
        await store.read(look)


async def test_an_error_of_the_reading_function_reaches_the_caller(store: Store) -> None:
    async def look(reads: Reads) -> None:
        assert await reads.task(FIRST.id) is None
        raise Unknown("no such task")

    with pytest.raises(Unknown, match="no such task"):
        await store.read(look)
