"""Starts the clone's daemon after a command that changed something, without waiting for it."""

from contextlib import suppress

from orchestra_core.daemon.start_daemon import launch_daemon
from orchestra_core.errors import Unavailable
from orchestra_tui.command_line.command_context import CommandContext


def start_daemon_soon(place: CommandContext) -> None:
    """Start the daemon unless it runs or would not stay; failing to start it is no failure.

    The daemon takes in workers' answers from the spool, and answers the next command faster.
    """
    if place.settings.linger:
        with suppress(Unavailable):
            launch_daemon(place.project(), place.settings)
