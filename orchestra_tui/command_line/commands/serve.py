"""`orchestra serve`: the MCP server, on stdio or over HTTP."""

from orchestra_server.tools.transport.serve import DEFAULT_PORT, serve
from orchestra_tui.command_line.command_context import CommandContext


def run(place: CommandContext, *, http: bool, port: int | None) -> int:
    """Serve until the client or a signal ends it."""
    number = DEFAULT_PORT if port is None else port
    serve(place.settings, place.directory, http=http, port=number)
    return 0
