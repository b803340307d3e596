"""`orchestra answer`: lists, shows, follows or answers what workers wait for."""

from orchestra_server.operator_commands.operator_command import (
    OperatorCommand,
    check_command,
    run_command,
)
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.requests.follow_requests import follow_requests
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_json, print_text
from orchestra_tui.command_line.run_to_end import run_to_end


def run(place: CommandContext, options: Options) -> int:
    """Run the command, if no daemon has run it, and print its output."""
    if options.follow:
        run_to_end(follow_requests(place, as_json=options.json))
        return 0
    command = OperatorCommand(
        name="answer",
        root=str(place.directory),
        json=options.json,
        request=options.request,
        words=tuple(options.words),
        typed_at=place.typed_at,
    )
    check_command(command)
    text = run_to_end(_run(place, command))
    if options.json:
        print_json(text.rstrip("\n").encode())
    else:
        print_text(text)
    return 0


async def _run(place: CommandContext, command: OperatorCommand) -> str:
    async with open_project(place) as context:
        return await run_command(context, command)
