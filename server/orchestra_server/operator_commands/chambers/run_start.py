"""`orchestra start` and `orchestra stop`: an agent in a chamber, run by the daemon."""

from orchestra_core.errors import Refused
from orchestra_core.names import chamber_id
from orchestra_core.text import as_lines
from orchestra_server.operator_commands.run_interrupt import task_of
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.end_workers import still_running
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker

_ENDS_WITHIN = 10.0  # seconds; the command line waits a little longer for the daemon's answer


async def started_lines(
    context: Context, chamber: str, task: str, *, agent: str, policy: str, text: str
) -> str:
    """Start an agent in the chamber, and return what to print."""
    task_id = task or task_of(await context.store.snapshot(), chamber)
    start = await start_worker(
        context, task_id=task_id, chamber=chamber, agent=agent, policy=policy, text=text
    )
    how = "runs already" if start.already_running else "is being started"
    return as_lines(
        [
            f"{start.agent} {how} in {chamber} ({task_id}).",
            f"'orchestra status' shows what it does, 'orchestra stop {chamber}' ends it.",
        ]
    )


async def stopped_lines(
    context: Context, chamber: str, task: str, seconds: float = _ENDS_WITHIN
) -> str:
    """Ask the chamber's agent to end, wait for that, and return the line to print.

    Raises Refused if it has not ended in time, so that a shell script does not go on.
    """
    task_id = task or task_of(await context.store.snapshot(), chamber)
    stop = await stop_worker(context, task_id=task_id, chamber=chamber)
    worker = chamber_id(task_id, chamber)
    if stop.was_running and await still_running(context, [worker], seconds):
        raise Refused(
            f"the worker in {chamber} ({task_id}) was told to end and has not ended after "
            f"{seconds:.0f} s; 'orchestra status' shows when it has"
        )
    how = "has ended" if stop.was_running else "had already ended"
    return as_lines([f"The worker in {chamber} ({task_id}) {how}; its work stays there."])
