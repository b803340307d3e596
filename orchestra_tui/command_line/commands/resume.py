"""`orchestra resume`: ends a chamber's suspension."""

from orchestra_core.names import check_chamber_name
from orchestra_core.replies.interrupts import ResumedWorker
from orchestra_server.usecases.interrupts.resume_worker import resume_worker
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.interrupt import task_of
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.output import print_lines
from orchestra_tui.command_line.run_to_end import run_to_end


def run(place: CommandContext, options: Options) -> int:
    """Resume the chamber and print what its worker is told."""
    check_chamber_name(options.chamber)
    done = run_to_end(_resume(place, options))
    how = "is resumed" if done.was_suspended else "was not suspended"
    print_lines([f"{done.chamber} ({done.task_id}) {how}. {done.next_step}"])
    return 0


async def _resume(place: CommandContext, options: Options) -> ResumedWorker:
    async with open_project(place) as context:
        task_id = options.task or task_of(await context.store.snapshot(), options.chamber)
        return await resume_worker(context, task_id=task_id, chamber=options.chamber)
