"""Runs a command about chambers in this process, if no daemon has run it."""

import math
import os

import msgspec

from orchestra_server.operator_commands.chambers.chamber_command import ChamberCommand
from orchestra_server.operator_commands.chambers.run_chamber_command import (
    as_document,
    check_chamber_command,
    run_chamber_command,
)
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.interaction.show_answer import Answer
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.run_to_end import run_to_end


def run_here(place: CommandContext, command: ChamberCommand) -> Answer:
    """Return what the command prints; raises its failure."""
    check_chamber_command(command)
    return run_to_end(_run(place, command))


def typed_command(place: CommandContext, options: Options) -> ChamberCommand:
    """Return the typed command: its fields have the names of the options."""
    members = {**vars(options), "name": options.command, "root": os.fspath(place.directory)}
    return msgspec.convert(members, ChamberCommand)


async def _run(place: CommandContext, command: ChamberCommand) -> Answer:
    async with open_project(place, patience=math.inf) as context:
        return as_document(await run_chamber_command(context, command))
