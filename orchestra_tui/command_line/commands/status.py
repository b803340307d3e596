"""`orchestra status`: the current tasks, chambers, workers and unread mail."""

from orchestra_core.clock import now_ms
from orchestra_core.clone.clone_id import own_clone_id
from orchestra_core.state import ProjectState
from orchestra_core.store.quick_snapshot import quick_snapshot
from orchestra_core.worker_state import limits_of
from orchestra_server.files.spool.spool_folder import has_files
from orchestra_server.operator_commands.run_status import agents_to_go_on, status_text
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.print_output import print_json, print_text
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon


def run(place: CommandContext, *, as_json: bool) -> int:
    """Print the project's current state."""
    project = place.project()
    # What hooks have left belongs to the answer, and only an open store can take it in.
    state = None if has_files(project.git_dir) else quick_snapshot(project.id, place.settings)
    state = state or _opened_snapshot(place)
    text = status_text(project, state, now_ms(), limits_of(place.settings), as_json=as_json)
    if as_json:
        print_json(text.rstrip("\n").encode())
    else:
        print_text(text)
    _let_agents_go_on(place, state, quiet=as_json)
    return 0


def _let_agents_go_on(place: CommandContext, state: ProjectState, *, quiet: bool) -> None:
    """Start the daemon if agents should run: they ended with the last daemon."""
    names = agents_to_go_on(state, own_clone_id(place.project().git_dir))
    if not names:
        return
    start_daemon_soon(place)
    if not quiet:
        print_text(f"! No daemon ran for the agents of {', '.join(names)}. One starts now.\n")


def _opened_snapshot(place: CommandContext) -> ProjectState:
    """Read through the store, which starts a private server, or raises why it cannot."""
    # Late: importing asyncio and redis takes longer than the quick read.
    from orchestra_tui.command_line.open_project import open_project  # noqa: PLC0415
    from orchestra_tui.command_line.run_to_end import run_to_end  # noqa: PLC0415

    async def snapshot() -> ProjectState:
        async with open_project(place) as context:
            return await context.store.snapshot()

    return run_to_end(snapshot())
