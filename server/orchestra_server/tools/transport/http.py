"""The server over HTTP, for clients that cannot start it: only on this machine, with a token."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestra_core.errors import Unavailable
from orchestra_server.tools.server import NAME, OrchestrationServer
from orchestra_server.tools.transport.bearer_token import read_or_make_token, token_file

# For any name but a loopback one, the SDK switches off its checks of host and origin.
HOST = "127.0.0.1"
PATH = "/mcp"
_LAST_PORT = 65_535
# Seconds that open event streams may take to end after the signal.
_SHUTDOWN_SECONDS = 2


def run_http(server: OrchestrationServer, state_dir: Path, port: int) -> None:
    """Serve on loopback until SIGINT or SIGTERM; raises Unavailable if the port is in use."""
    token = read_or_make_token(state_dir)
    with _listen(port) as listener:
        number = listener.getsockname()[1]
        app = TokenGate(server.streamable_http_app(streamable_http_path=PATH, host=HOST), token)
        config = uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        asyncio.run(_Uvicorn(config, _welcome(number, state_dir)).serve(sockets=[listener]))


class TokenGate:
    """Passes on requests that carry the token; answers all others with 401."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI scope."""
        if scope["type"] == "lifespan" or self._is_authorized(scope):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse(
            "a bearer token is needed; it is in the file that 'orchestra serve --http' named\n",
            status_code=401,
            headers={"WWW-Authenticate": f'Bearer realm="{NAME}"'},
        )
        await refusal(scope, receive, send)

    def _is_authorized(self, scope: Scope) -> bool:
        tokens: list[bytes] = [
            value for name, value in scope["headers"] if name == b"authorization"
        ]
        return len(tokens) == 1 and secrets.compare_digest(tokens[0], self._expected)


class _Uvicorn(uvicorn.Server):
    """Uvicorn that prints a message when ready and exits with code 0 on a signal."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stderr.write(self._welcome)
            sys.stderr.flush()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Replace uvicorn's method, which raises the signal again after a clean end."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self._end)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _end(self) -> None:
        self.should_exit = True


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= _LAST_PORT:
        raise _port_error(port, f"not between 0 and {_LAST_PORT}")
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise _port_error(port, os.strerror(error.errno or 0)) from error


def _port_error(port: int, reason: str) -> Unavailable:
    return Unavailable(
        f"port {port} on {HOST} cannot be used ({reason}); name another with --port, 0 for any"
    )


def _welcome(port: int, state_dir: Path) -> str:
    url = f"http://{HOST}:{port}{PATH}"
    return (
        f"{NAME} listens on {url}\n"
        "Register it with Claude Code:\n"
        f"  claude mcp add --transport http {NAME} {url} "
        f'--header "Authorization: Bearer $(cat {quote(str(token_file(state_dir)))})"\n'
        "Ctrl+C ends it.\n"
    )
