"""`orchestra down`: stops this clone's daemon and the private Valkey."""

from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.errors import BadInput, Unavailable
from orchestra_core.private_valkey import inspect, shut_down
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.print_output import print_lines


def run(place: CommandContext) -> int:
    """Stop what runs, and print what was stopped."""
    server = inspect(place.settings)
    _stop_daemon(place)  # which stops the Valkey too if nobody else uses it
    if not (shut_down(place.settings) or server.running):
        print_lines([f"No private Valkey is running for {server.data_dir}."])
        return 0
    print_lines([f"Stopped the private Valkey; its data stays in {server.data_dir}."])
    if inspect(place.settings).in_use:
        print_lines(["A room or an MCP server was using it and starts it again when needed."])
    return 0


def _stop_daemon(place: CommandContext) -> None:
    try:
        project = place.project()
    except (Unavailable, BadInput):  # outside a repository there is only the Valkey
        return
    if stop_daemon(project.git_dir):
        print_lines([f"Stopped the daemon of {project.git_dir}."])
