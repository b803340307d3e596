"""Prints the names for a shell's completion, if no daemon has answered."""

import asyncio
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.settings import read_settings
from orchestra_core.state import ProjectState
from orchestra_core.store.quick_snapshot import quick_snapshot
from orchestra_server.operator_commands.shell_names import name_lines
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.shell_completion.completion_functions import ASK
from orchestra_tui.command_line.print_output import print_lines
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon

_PATIENCE = 3.0  # seconds that somebody waits after pressing a key


def asks_for_names(arguments: list[str]) -> bool:
    """Tell whether a shell asks and not a person."""
    command = arguments[2:3] if arguments[:1] == ["-C"] else arguments[:1]
    return list(command) == [ASK]


def run(arguments: list[str]) -> int:
    """Print the names of a kind; none if anything is missing, because a shell shows no errors."""
    directory, words = Path(), arguments
    if words[:1] == ["-C"]:
        directory, words = Path(words[1]), words[2:]
    try:
        place = CommandContext(directory.absolute(), read_settings())
        state = _state(place)
    except (OrchestraError, OSError):
        return 0
    if state is not None and len(words) > 1:
        print_lines(name_lines(state, words[1]))
    return 0


def _state(place: CommandContext) -> ProjectState | None:
    """Return the state; a server is started only for a clone that has been used.

    The daemon is started too, and answers the next key.
    """
    project = place.project()
    state = quick_snapshot(project.id, place.settings)
    if state is None and (project.git_dir / "orchestra").is_dir():
        state = asyncio.run(_opened(place))
        start_daemon_soon(place)
    return state


async def _opened(place: CommandContext) -> ProjectState | None:
    # Late: importing redis takes longer than the quick read.
    from orchestra_core.store.open_store import open_store  # noqa: PLC0415

    try:
        async with (
            asyncio.timeout(_PATIENCE),
            open_store(place.project().id, place.settings) as store,
        ):
            return await store.snapshot()
    except TimeoutError:
        return None
