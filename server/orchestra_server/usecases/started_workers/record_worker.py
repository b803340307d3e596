"""Records what happened to one start of a worker; later starts are left alone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from orchestra_core.change import Change
from orchestra_core.errors import StoreUnavailable
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.usecases.common.transaction import NOTHING, Decision, run_transaction

# Seconds between two attempts while the store is out of reach; the last repeats.
_PAUSES = (0.2, 0.5, 1.0, 2.0)
_log = logging.getLogger(__name__)
Done = TypeVar("Done")


async def record_worker(
    store: Store, start: StartedWorker, change: Callable[[StartedWorker], Change]
) -> StartedWorker:
    """Change the document if it is of this very start; return the result."""

    async def decide(reads: Reads) -> Decision[StartedWorker]:
        worker = await reads.worker(start.id)
        return _decision(start, worker, change)

    return await run_transaction(store, decide)


async def record_spending(
    store: Store,
    start: StartedWorker,
    day_id: str,
    change: Callable[[StartedWorker, DayAccount], Change],
) -> StartedWorker:
    """Change the document of this very start and the account of a day; return the result."""

    async def decide(reads: Reads) -> Decision[StartedWorker]:
        worker = await reads.worker(start.id)
        day = await reads.day(day_id)
        return _decision(start, worker, lambda now: change(now, day))

    return await run_transaction(store, decide)


def _decision(
    start: StartedWorker, worker: StartedWorker | None, change: Callable[[StartedWorker], Change]
) -> Decision[StartedWorker]:
    if worker is None or worker.asked_at != start.asked_at:
        return Decision(start, NOTHING)
    made = change(worker)
    changed = made.events[0].data.worker if made.events else None
    return Decision(changed or worker, made)


async def until_stored(write: Callable[[], Awaitable[Done]]) -> Done:
    """Write, and retry while the store is out of reach; the agent waits meanwhile."""
    failures = 0
    while True:
        try:
            return await write()
        except StoreUnavailable as fault:
            if not failures:
                _log.warning("%s", fault)
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1
