"""`orchestra interrupt`: sends the operator's message to a chamber's worker, or cancels one."""

from orchestra_server.operator_commands.operator_command import (
    CommandName,
    OperatorCommand,
    check_command,
    run_command,
)
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_text
from orchestra_tui.command_line.run_to_end import run_to_end
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon


def run(place: CommandContext, options: Options) -> int:
    """Send or cancel the message, and print its state."""
    return run_change(place, options, "interrupt")


def run_change(place: CommandContext, options: Options, name: CommandName) -> int:
    """Run a command that changes something, if no daemon has run it, and print its output."""
    command = OperatorCommand(
        name=name,
        root=str(place.directory),
        chamber=options.chamber,
        text=options.text,
        requires=options.requires,
        cancel=options.cancel,
        task=options.task,
        agent=options.agent,
        policy=options.policy,
        typed_at=place.typed_at,
    )
    check_command(command)
    print_text(run_to_end(_run(place, command)))
    start_daemon_soon(place)
    return 0


async def _run(place: CommandContext, command: OperatorCommand) -> str:
    async with open_project(place) as context:
        return await run_command(context, command)
