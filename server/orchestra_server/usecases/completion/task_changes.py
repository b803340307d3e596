"""Records the steps of a task's completion: landing announced, task reopened, task ended."""

from orchestra_core.models import Task
from orchestra_core.store.reads import Reads
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.usecases.common.lookups import read_task
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding


async def announce_landing(context: Context, task_id: str, ready: PreparedLanding) -> None:
    """Record the commit that is about to land: after a crash the branch shows whether it did."""

    async def decide(reads: Reads) -> Decision[None]:
        task = await read_task(reads, task_id)
        _, change = task_lifecycle.landing(
            task,
            commit=ready.commit,
            chambers=ready.order,
            at=context.clock(),
            actor=context.actor,
        )
        return Decision(None, change)

    await run_transaction(context.store, decide)


async def reopen(context: Context, task_id: str) -> Task:
    """Reopen the task."""

    async def decide(reads: Reads) -> Decision[Task]:
        task = await read_task(reads, task_id)
        changed, change = task_lifecycle.reopened(task, at=context.clock(), actor=context.actor)
        return Decision(changed, change)

    return await run_transaction(context.store, decide)


async def end(context: Context, task_id: str, *, completed: bool, landed_commit: str) -> Task:
    """End the task, completed or only closed."""

    async def decide(reads: Reads) -> Decision[Task]:
        task = await read_task(reads, task_id)
        changed, change = task_lifecycle.ended(
            task,
            completed=completed,
            landed_commit=landed_commit,
            at=context.clock(),
            actor=context.actor,
        )
        return Decision(changed, change)

    return await run_transaction(context.store, decide)
