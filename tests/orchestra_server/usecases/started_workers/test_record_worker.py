"""What is recorded belongs to one start, and waits while the store is away."""

import pytest
from msgspec.structs import replace

from orchestra_core.errors import StoreUnavailable
from orchestra_core.store.store import Store
from orchestra_server.domain.workers.started_workers import StartOrder, ended, start_asked
from orchestra_server.usecases.started_workers import record_worker as module
from orchestra_server.usecases.started_workers.record_worker import record_worker, until_stored
from tests.support.samples.documents import NOON, a_chamber
from tests.support.stores.store_watch import commit


async def test_a_later_start_is_left_alone(store: Store) -> None:
    live, order = replace(a_chamber(), state="live"), StartOrder(agent="claude", policy="edits")
    worker, change = start_asked(live, None, order, at=NOON, actor="operator")
    await commit(store, change)
    earlier = replace(worker, asked_at=NOON - 1)
    for start, state in ((earlier, "asked"), (worker, "ended")):
        await record_worker(
            store, start, lambda now: ended(now, reason="exited", words="", at=NOON)
        )
        assert (await store.snapshot()).workers[worker.id].state == state


async def test_a_store_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSES", (0.0,))
    faults = [StoreUnavailable("away"), StoreUnavailable("away")]

    async def write() -> str:
        if faults:
            raise faults.pop()
        return "written"

    assert await until_stored(write) == "written"
