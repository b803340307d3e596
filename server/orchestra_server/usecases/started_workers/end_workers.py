"""Ends the workers of chambers that are about to close, so that nobody writes there meanwhile."""

import asyncio
import time
from collections.abc import Iterable, Sequence

from orchestra_core.change import Change
from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.models import Chamber
from orchestra_core.process.process_group import end_process_group
from orchestra_core.store.reads import Reads
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.domain.workers.started_workers import ended, stop_asked
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.started_workers.record_worker import record_worker

# Seconds within which a daemon ends an agent; after that its process is ended.
_PATIENCE = 15.0
_LOOK = 0.02
_ANSWER_WITHIN = 1.0


async def end_workers(context: Context, chambers: Iterable[Chamber]) -> None:
    """Stop the workers of these chambers of this clone, and return once none of them runs.

    Raises StoreUnavailable.
    """
    ids = [chamber.id for chamber in chambers]
    if not await _ask_to_stop(context, ids):
        return
    common_dir = context.project.git_dir
    answer = await asyncio.to_thread(ask_daemon, common_dir, {"call": "about"}, _ANSWER_WITHIN)
    for worker in await still_running(context, ids, _PATIENCE if answer is not None else 0.0):
        await asyncio.to_thread(end_process_group, worker.process)
        await record_worker(
            context.store,
            worker,
            lambda now: ended(now, reason="closed", words="", at=context.clock()),
        )


async def still_running(
    context: Context, ids: Sequence[str], seconds: float
) -> list[StartedWorker]:
    """Wait up to `seconds`; return the workers of these chambers that have not ended.

    Raises StoreUnavailable.
    """
    until = time.monotonic() + seconds
    while running := await context.store.read(lambda reads: _running(reads, ids)):
        if time.monotonic() >= until:
            break
        await asyncio.sleep(_LOOK)
    return running


async def _ask_to_stop(context: Context, ids: Sequence[str]) -> list[StartedWorker]:
    async def decide(reads: Reads) -> Decision[list[StartedWorker]]:
        running = await _running(reads, ids)
        changes = [
            stop_asked(worker, at=context.clock(), actor=context.actor)[1] for worker in running
        ]
        events = tuple(event for change in changes for event in change.events)
        return Decision(running, Change(events=events))

    return await run_transaction(context.store, decide)


async def _running(reads: Reads, ids: Sequence[str]) -> list[StartedWorker]:
    workers = await reads.read_all(StartedWorker, ids)
    return [worker for worker in workers if worker is not None and not worker.is_over]
