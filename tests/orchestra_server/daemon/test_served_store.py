"""The store as the daemon has it."""

import asyncio

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.store.store import Store
from orchestra_server.daemon.served_store import ServedStore


async def test_callers_wait_for_the_first_attempt_to_open_the_store(store: Store) -> None:
    served = ServedStore()
    asking = asyncio.create_task(served.use())
    await asyncio.sleep(0)
    assert not asking.done()
    served.opened(store)
    assert await asking is store


async def test_a_store_that_is_out_of_reach_is_refused_with_the_reason_until_it_is_back(
    store: Store,
) -> None:
    served = ServedStore()
    served.closed(StoreUnavailable("no server at db:6379"))
    with pytest.raises(StoreUnavailable, match="no server at db:6379"):
        await served.use()
    served.opened(store)
    assert await served.use() is store


async def test_a_daemon_that_is_ending_says_so(store: Store) -> None:
    served = ServedStore()
    served.opened(store)
    served.closed()
    with pytest.raises(StoreUnavailable, match="is ending; try again"):
        await served.use()
