"""`orchestra create`: creates chambers without an MCP client."""

import math

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_server.commands.chambers.create import check_create, create_chambers, created_lines
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_document, print_lines
from orchestra_tui.command_line.run_to_end import run_to_end
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon


def run(place: CommandContext, options: Options) -> int:
    """Create the chambers, and print where they are."""
    check_create(options.chambers, options.task, options.title)
    created = run_to_end(_create(place, options))
    if options.json:
        print_document(created)
    else:
        print_lines(created_lines(created, is_started=options.start))
    start_daemon_soon(place)
    return 0


async def _create(place: CommandContext, options: Options) -> CreatedChambers:
    async with open_project(place, patience=math.inf) as context:
        created = await create_chambers(context, options.chambers, options.task, options.title)
        if options.start:
            for name in options.chambers:
                await start_worker(
                    context, task_id=created.task_id, chamber=name, agent=options.agent
                )
        return created
