"""Opens the store: at the configured URL, or in the private Valkey, started if necessary."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from orchestra_core.settings import Settings
from orchestra_core.store.client.address import Address, read_address
from orchestra_core.store.client.client_protocol import Client
from orchestra_core.store.client.server_version import check_version
from orchestra_core.store.keys import Keys
from orchestra_core.store.store import Store


@asynccontextmanager
async def open_store(project_id: str, settings: Settings) -> AsyncGenerator[Store, None]:
    """Yield the project's store, known to answer and to be new enough.

    Raises StoreUnavailable, or BadInput for a wrong URL, each with one line.
    """
    if settings.redis_url:
        async with _connected(project_id, settings.redis_url) as store:
            yield store
        return
    # Late: a configured server needs no private one.
    from orchestra_core.private_valkey import join  # noqa: PLC0415

    lease = await asyncio.to_thread(join, settings)
    try:
        async with _connected(project_id, lease.url, lease.revive) as store:
            yield store
    finally:
        await asyncio.to_thread(lease.close)


@asynccontextmanager
async def _connected(
    project_id: str, url: str, revive: Callable[[], None] | None = None
) -> AsyncGenerator[Store, None]:
    address = read_address(url)
    keys = Keys(project_id)
    client = await asyncio.to_thread(_client, address, revive)
    try:
        store = Store(client, keys)
        check_version(await store.server_info())
        yield store
    finally:
        await client.close()


def _client(address: Address, revive: Callable[[], None] | None) -> Client:
    # Late and in a thread: importing redis takes 0.07 s, in which a room can paint.
    from orchestra_core.store.client.redis_client import RedisClient  # noqa: PLC0415

    return RedisClient(address, revive)
