"""`orchestra start`: starts an agent in a chamber."""

from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.interrupt import run_change


def run(place: CommandContext, options: Options) -> int:
    """Start an agent in the chamber, and say how to see it."""
    return run_change(place, options, "start")
