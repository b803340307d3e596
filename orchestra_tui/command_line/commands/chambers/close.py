"""`orchestra close`: closes a chamber without an MCP client."""

from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.run_here import run_here, typed_command
from orchestra_tui.command_line.interaction.show_answer import show_answer


def run(place: CommandContext, options: Options) -> int:
    """Close the chamber, and print where its work is."""
    return show_answer(run_here(place, typed_command(place, options)))
