"""`orchestra create`: creates chambers without an MCP client."""

from orchestra_server.commands.chambers.chamber_command import ChamberCommand
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.run_here import root_of, run_here
from orchestra_tui.command_line.interaction.show_answer import show_answer
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon


def run(place: CommandContext, options: Options) -> int:
    """Create the chambers, and print where they are."""
    command = ChamberCommand(
        name="create",
        root=root_of(place),
        json=options.json,
        chambers=tuple(options.chambers),
        task=options.task,
        title=options.title,
        start=options.start,
        agent=options.agent,
    )
    status = show_answer(run_here(place, command))
    start_daemon_soon(place)
    return status
