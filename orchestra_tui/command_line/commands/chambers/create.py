"""`orchestra create`: creates chambers without an MCP client."""

import math
from collections.abc import Sequence

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.workers.planned_chambers import PlannedChamber, planned_chambers
from orchestra_server.commands.chambers.create import check_create, create_chambers, created_lines
from orchestra_server.usecases.started_workers.agent_choice import choose_agent
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_document, print_lines
from orchestra_tui.command_line.run_to_end import run_to_end
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon


def run(place: CommandContext, options: Options) -> int:
    """Create the chambers, and print where they are."""
    chambers = planned_chambers(options.chambers, is_started=options.start, agents=options.agent)
    check_create([chamber.name for chamber in chambers], options.task, options.title)
    created = run_to_end(_create(place, options, chambers))
    if options.json:
        print_document(created)
    else:
        started = [chamber.name for chamber in chambers if chamber.is_started]
        print_lines(created_lines(created, started))
    start_daemon_soon(place)
    return 0


async def _create(
    place: CommandContext, options: Options, chambers: Sequence[PlannedChamber]
) -> CreatedChambers:
    names = [chamber.name for chamber in chambers]
    async with open_project(place, patience=math.inf) as context:
        for agent in {chamber.agent for chamber in chambers if chamber.is_started}:
            choose_agent(context.project, agent)
        created = await create_chambers(context, names, options.task, options.title)
        for chamber in chambers:
            if chamber.is_started:
                await start_worker(
                    context, task_id=created.task_id, chamber=chamber.name, agent=chamber.agent
                )
        return created
