"""`orchestra`: the room, for the current repository."""

import gc
import os
import sys

from orchestra_core.configuration.configuration import read_configuration
from orchestra_core.errors import BadInput, Refused
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_tui.backend.server_process import plan_launch, start_early
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.room_options import RoomOptions, read_room_options


def run(place: CommandContext) -> int:
    """Open the room; raises Refused if there is no terminal to show it on."""
    project = place.project()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(
            "the room needs a terminal; without one, use 'orchestra status' or "
            "'orchestra events --follow'"
        )
    options = read_room_options(read_configuration(os.environ, place.directory))
    for problem in options.problems:
        if problem.own:
            raise BadInput(str(problem))
    return open_room(project, place.settings, options)


def open_room(project: Project, settings: Settings, options: RoomOptions | None = None) -> int:
    """Show the room of `project`; returns the exit code."""
    gc.disable()  # until the first paint, because what is imported and built for it stays
    from orchestra_tui.app import run_room  # noqa: PLC0415 - textual, only when there is a screen

    # Start it now, because its imports take twice as long as the first paint. Earlier they would
    # delay that, and later the room would wait for them.
    launch = plan_launch(project, settings)
    return run_room(project, settings, launch, start_early(launch), options or RoomOptions())
