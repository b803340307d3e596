"""`orchestra close`: closes a chamber without an MCP client."""

from orchestra_server.commands.chambers.chamber_command import ChamberCommand
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.run_here import root_of, run_here
from orchestra_tui.command_line.interaction.show_answer import show_answer


def run(place: CommandContext, options: Options) -> int:
    """Close the chamber, and print where its work is."""
    command = ChamberCommand(
        name="close",
        root=root_of(place),
        json=options.json,
        chamber=options.chamber,
        task=options.task,
        confirm=options.confirm,
    )
    return show_answer(run_here(place, command))
