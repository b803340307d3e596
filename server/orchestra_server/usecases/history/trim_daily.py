"""Trims the history once a day to the days to keep, a little at a time."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from orchestra_core.clock import Clock
from orchestra_core.errors import OrchestraError
from orchestra_core.store.checkpoint import trim_history
from orchestra_core.store.client.reply_parser import as_list, as_number
from orchestra_core.store.damage import find_damage
from orchestra_core.store.store import Store

DAY_MS = 86_400_000
_DAY_SECONDS = 86_400.0
# Seconds between two rounds, so that others are served in between.
_PAUSE = 0.1
_log = logging.getLogger(__name__)


@asynccontextmanager
async def trim_daily(store: Store, days: Callable[[], int], clock: Clock) -> AsyncGenerator[None]:
    """Trim the history now and once a day until the block ends; 0 days keeps all of it.

    `days` is called each time. A failure is logged, and the next day tries again.
    """

    async def trim() -> None:
        while True:
            try:
                if days_kept := days():
                    await trim_to(store, days_kept, clock)
            except OrchestraError as fault:
                _log.warning("the history was not trimmed: %s", fault)
            await asyncio.sleep(_DAY_SECONDS)

    task = asyncio.create_task(trim())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def trim_to(store: Store, days: int, clock: Clock) -> int:
    """Remove events older than this many days; return how many were removed.

    Nothing is removed while the store has lost something, because the history may be needed to
    repair it. The earlier of the server's and this machine's time counts, so that one wrong clock
    removes nothing too early.
    """
    if await find_damage(store):
        _log.warning("the history is not trimmed: the store is damaged; run 'orchestra reconcile'")
        return 0
    seconds, _ = as_list(await store.client.call("TIME"))
    before = min(as_number(seconds) * 1_000, clock()) - days * DAY_MS
    total = 0
    while removed := await trim_history(store, before):
        total += removed
        await asyncio.sleep(_PAUSE)
    return total
