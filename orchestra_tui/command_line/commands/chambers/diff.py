"""`orchestra diff`: a chamber's diff, in the operator's pager on a terminal."""

import sys

from msgspec.structs import replace

from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.run_here import run_here, typed_command
from orchestra_tui.command_line.interaction.show_answer import show_answer
from orchestra_tui.command_line.interaction.terminal_width import terminal_width


def run(place: CommandContext, options: Options) -> int:
    """Print the diff exactly as git does, but on a terminal without control characters."""
    command = typed_command(place, options)
    command = replace(command, columns=terminal_width(), terminal=sys.stdout.isatty())
    return show_answer(run_here(place, command))
