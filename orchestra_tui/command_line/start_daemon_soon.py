"""Starts the clone's daemon behind a command that changed something, without waiting for it."""

from contextlib import suppress

from orchestra_core.daemon.start_daemon import launch_daemon
from orchestra_core.errors import Unavailable
from orchestra_tui.command_line.command_context import CommandContext


def start_daemon_soon(place: CommandContext) -> None:
    """Start the daemon unless it runs or would not stay; that it cannot start is no failure.

    Workers whose mail was posted answer into the spool, and the next command is answered warm.
    """
    if place.settings.linger:
        with suppress(Unavailable):
            launch_daemon(place.project(), place.settings)
