"""`orchestra resume`: ends a chamber's suspension."""

from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.interrupt import run_change


def run(place: CommandContext, options: Options) -> int:
    """Resume the chamber and print what its worker is told."""
    return run_change(place, options, "resume")
