"""`orchestra`: the room, for the repository it stands in."""

import sys

from orchestra_core.errors import Refused
from orchestra_tui.command_line.place import Place


def run(place: Place) -> int:
    """Open the room; raises Refused where there is no terminal to show it on."""
    project = place.project()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(
            "the room needs a terminal; without one, use 'orchestra status' or "
            "'orchestra events --follow'"
        )
    from orchestra_tui.app import run_room  # noqa: PLC0415 - textual, only when there is a screen

    return run_room(project, place.settings)
