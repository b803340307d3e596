"""`orchestra stop`: ends the agent of a chamber."""

from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.interrupt import run_change
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon


def run(place: CommandContext, options: Options) -> int:
    """Ask the daemon to stop the agent in the chamber, and return once it has ended."""
    start_daemon_soon(place)
    return run_change(place, options, "stop")
