"""`orchestra stop`: ends the agent of a chamber."""

from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.interrupt import run_change


def run(place: CommandContext, options: Options) -> int:
    """Stop the agent in the chamber."""
    return run_change(place, options, "stop")
