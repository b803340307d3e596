"""stop_worker: say that the agent in a chamber should end; the daemon of its clone ends it."""

from orchestra_core.errors import Unknown
from orchestra_core.replies.workers import WorkerStop
from orchestra_core.store.reads import Reads
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.domain.workers.started_workers import stop_asked
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.lookups import read_chamber, read_task
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction


async def stop_worker(context: Context, *, task_id: str, chamber: str) -> WorkerStop:
    """End the agent that was started in a chamber; its work stays there.

    An ended agent stays as it is. Raises Unknown if the chamber has no started worker.
    """

    async def decide(reads: Reads) -> Decision[tuple[StartedWorker, bool]]:
        task = await read_task(reads, task_id)
        target = await read_chamber(reads, task, chamber)
        worker = await reads.worker(target.id)
        if worker is None:
            raise Unknown(
                f"no worker was started in chamber {chamber!r}; interrupt_worker with "
                "requires='stop' asks one that others have started to end"
            )
        stopped, change = stop_asked(worker, at=context.clock(), actor=context.actor)
        return Decision((stopped, not worker.is_over), change)

    worker, was_running = await run_transaction(context.store, decide)
    await show_change_soon(context, task_id)
    return WorkerStop(
        task_id=task_id,
        chamber=chamber,
        was_running=was_running,
        state=worker.state,
        next_step=_next_step(worker),
    )


def _next_step(worker: StartedWorker) -> str:
    if worker.is_over:
        return "It had already ended; there is nothing to do."
    return (
        "It ends now; its work stays in the chamber. start_worker starts another there, "
        "complete_task lands what there is."
    )
