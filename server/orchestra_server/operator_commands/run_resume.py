"""`orchestra resume`: ends a chamber's suspension."""

from orchestra_core.names import check_chamber_name
from orchestra_core.text import as_lines
from orchestra_server.operator_commands.run_interrupt import task_of
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.resume_worker import resume_worker


def check_resume(chamber: str) -> None:
    """Raise BadInput for a name that cannot be a chamber's."""
    check_chamber_name(chamber)


async def resumed_lines(context: Context, chamber: str, task: str) -> str:
    """Resume the chamber and return the line to print."""
    task_id = task or task_of(await context.store.snapshot(), chamber)
    done = await resume_worker(context, task_id=task_id, chamber=chamber)
    how = "is resumed" if done.was_suspended else "was not suspended"
    return as_lines([f"{done.chamber} ({done.task_id}) {how}. {done.next_step}"])
