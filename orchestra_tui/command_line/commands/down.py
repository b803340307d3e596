"""`orchestra down`: stops the private Valkey."""

from orchestra_core.private_valkey import inspect, shut_down
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.output import print_lines


def run(place: CommandContext) -> int:
    """Stop it if it runs, and print whether it did."""
    server = inspect(place.settings)
    if not shut_down(place.settings):
        print_lines([f"No private Valkey is running for {server.data_dir}."])
        return 0
    print_lines([f"Stopped the private Valkey; its data stays in {server.data_dir}."])
    if server.in_use:
        print_lines(["A room or an MCP server was using it and starts it again when it must."])
    return 0
