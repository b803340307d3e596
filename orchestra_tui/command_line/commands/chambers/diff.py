"""`orchestra diff`: a chamber's diff, in the operator's pager on a terminal."""

import shutil
import sys

from orchestra_server.commands.chambers.chamber_command import ChamberCommand
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.run_here import root_of, run_here
from orchestra_tui.command_line.interaction.show_answer import show_answer


def run(place: CommandContext, options: Options) -> int:
    """Print the diff: exactly as git does, but on a terminal as text that cannot act on it."""
    command = ChamberCommand(
        name="diff",
        root=root_of(place),
        json=options.json,
        chamber=options.chamber,
        task=options.task,
        part=options.part,
        stat=options.stat,
        columns=shutil.get_terminal_size().columns,
        terminal=sys.stdout.isatty(),
    )
    return show_answer(run_here(place, command))
