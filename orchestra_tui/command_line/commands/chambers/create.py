"""`orchestra create`: creates chambers without an MCP client."""

from orchestra_core.errors import Refused
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.run_here import run_here, typed_command
from orchestra_tui.command_line.interaction.show_answer import show_answer
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon


def run(place: CommandContext, options: Options) -> int:
    """Create the chambers, and print where they are."""
    try:
        status = show_answer(run_here(place, typed_command(place, options)))
    except Refused:
        # Two machines may have this clone's id: daemons find out which of them keeps it.
        start_daemon_soon(place)
        raise
    start_daemon_soon(place)
    return status
