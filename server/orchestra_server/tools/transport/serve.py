"""Starts the server, for both `orchestra-server` and `orchestra serve`."""

from collections.abc import Callable
from pathlib import Path

from orchestra_core.process.logs import log_to_stderr
from orchestra_core.settings import Settings
from orchestra_server.tools.server import build_server
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.tools.transport.early_answers import Handover

# The default of `serve --http`; IANA has not assigned it.
DEFAULT_PORT = 7420


def serve(
    settings: Settings,
    project_dir: Path,
    *,
    http: bool = False,
    port: int = DEFAULT_PORT,
    hand_over: Callable[[], Handover] = Handover,
) -> None:
    """Serve on stdio, or with `http` on loopback, until the client or a signal ends that.

    `hand_over` is called when stdin is taken over, and returns what was already read from it.
    Raises OrchestraError if the port or the token file cannot be used.
    """
    log_to_stderr("orchestration")
    server = build_server(ServerSession(settings, project_dir))
    if http:
        from orchestra_server.tools.transport.http import run_http  # noqa: PLC0415 - uvicorn, only for HTTP

        run_http(server, settings.state_dir, port)
    else:
        from orchestra_server.tools.transport.stdio import run_stdio  # noqa: PLC0415 - the other transport

        run_stdio(server, hand_over)
