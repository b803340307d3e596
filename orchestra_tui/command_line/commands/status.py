"""`orchestra status`: the present tasks, chambers, workers and unread mail."""

from orchestra_core.clock import now_ms
from orchestra_core.state import ProjectState
from orchestra_core.store.single_read import quick_snapshot
from orchestra_core.worker_state import limits_of
from orchestra_server.commands.status import status_text
from orchestra_server.files.spool.spool_folder import has_files
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.print_output import print_json, print_text


def run(place: CommandContext, *, as_json: bool) -> int:
    """Print the project's present state."""
    project = place.project()
    # What hooks have left belongs to the answer, and only a store takes it in.
    state = None if has_files(project.git_dir) else quick_snapshot(project.id, place.settings)
    state = state or _opened_snapshot(place)
    text = status_text(project, state, now_ms(), limits_of(place.settings), as_json=as_json)
    if as_json:
        print_json(text.rstrip("\n").encode())
    else:
        print_text(text)
    return 0


def _opened_snapshot(place: CommandContext) -> ProjectState:
    """Read through the store, which starts a private server or raises why it cannot."""
    # Late: asyncio and redis take longer to import than the quick read takes.
    from orchestra_tui.command_line.open_project import open_project  # noqa: PLC0415
    from orchestra_tui.command_line.run_to_end import run_to_end  # noqa: PLC0415

    async def snapshot() -> ProjectState:
        async with open_project(place) as context:
            return await context.store.snapshot()

    return run_to_end(snapshot())
