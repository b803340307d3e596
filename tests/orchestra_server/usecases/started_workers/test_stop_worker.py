"""Stopping a worker that has ended is no error."""

from orchestra_core.change import Change
from orchestra_core.store.reads import Reads
from orchestra_server.domain.workers.started_workers import ended
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from tests.support.conductor.tasks import chamber_of
from tests.support.git.repositories import TestRepository


async def test_a_worker_that_has_ended_stays_as_it_is(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    await start_worker(context, task_id=task_id, chamber="auth")
    chamber = await chamber_of(context, task_id, "auth")

    async def end(reads: Reads) -> Change:
        worker = await reads.worker(chamber.id)
        assert worker is not None
        return ended(worker, reason="exited", words="Done.", at=context.clock())

    await context.store.transact(end)
    stop = await stop_worker(context, task_id=task_id, chamber="auth")
    assert (stop.was_running, stop.state) == (False, "ended")
    assert stop.next_step == "It had already ended; there is nothing to do."
