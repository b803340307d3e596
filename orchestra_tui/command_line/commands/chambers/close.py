"""`orchestra close`: closes a chamber without an MCP client."""

import math

from orchestra_core.replies.chambers import ClosedChamber
from orchestra_server.commands.chambers.close import close_named_chamber, closed_lines
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_document, print_lines
from orchestra_tui.command_line.run_to_end import run_to_end


def run(place: CommandContext, options: Options) -> int:
    """Close the chamber, and print where its work is."""
    closed = run_to_end(_close(place, options))
    if options.json:
        print_document(closed)
    else:
        print_lines(closed_lines(closed))
    return 0


async def _close(place: CommandContext, options: Options) -> ClosedChamber:
    async with open_project(place, patience=math.inf) as context:
        return await close_named_chamber(
            context, options.chamber, options.task, confirm=options.confirm
        )
