"""The server over HTTP: this machine only, and only with the token."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from orchestra_core.errors import Unavailable
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.settings import Settings
from orchestra_server.tools.transport.bearer_token import token_file
from orchestra_server.tools.transport.serve import serve
from tests.support.conductor.orchestration import Conductor, server_environ

SERVE = """
from pathlib import Path
from orchestra_core.settings import read_settings
from orchestra_server.tools.transport.serve import serve
serve(read_settings(), Path.cwd(), http=True, port=0)
"""
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@dataclass
class Served:
    """A server process that listens."""

    url: str
    token: str
    welcome: str
    process: "subprocess.Popen[str]"

    def hello(self, **headers: str) -> httpx2.Response:
        return httpx2.post(self.url, json=HELLO, headers={**ACCEPT, **headers}, timeout=30)


@contextmanager
def http_server(settings: Settings, directory: Path) -> Generator[Served]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=directory,
        env={**os.environ, **server_environ(settings)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            welcome = "".join(process.stderr.readline() for _ in range(4))
            address = re.search(r"http://\S+", welcome)
            assert address, welcome
            token = token_file(settings.state_dir).read_text().strip()
            yield Served(address[0], token, welcome, process)
        finally:
            process.kill()


@pytest.fixture
def served(settings: Settings, repository: Path) -> Iterator[Served]:
    with http_server(settings, repository) as server:
        yield server


async def test_a_client_with_the_token_can_call_tools(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(served.url, http_client=http)) as client,
    ):
        started = await Conductor(client).call(
            StartedTask, "start_task", {"description": "Add tags to books"}
        )
    assert started.task_id.startswith("add-tags")


def test_requests_without_the_token_or_from_another_host_are_refused(served: Served) -> None:
    bearer = f"Bearer {served.token}"
    assert served.hello().status_code == 401
    assert served.hello(Authorization="Bearer guess").status_code == 401
    assert served.hello(Authorization=served.token).status_code == 401
    assert served.hello(Authorization=bearer, Host="example.org").status_code == 421
    assert served.hello(Authorization=bearer, Origin="http://example.org").status_code == 403
    assert served.hello(Authorization=bearer).status_code == 200
    assert served.url.startswith("http://127.0.0.1:")
    check_the_welcome(served)


def check_the_welcome(served: Served) -> None:
    """It says how to register, and names the token's file without showing the token."""
    assert f"claude mcp add --transport http orchestration {served.url}" in served.welcome
    assert "http-token" in served.welcome
    assert served.token not in served.welcome


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly(served: Served, number: signal.Signals) -> None:
    served.process.send_signal(number)
    assert served.process.wait(timeout=30) == 0
    assert served.process.stderr is not None
    assert served.process.stderr.read() == ""


def test_a_port_in_use_is_a_one_line_error(settings: Settings, repository: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(Unavailable) as refused:
            serve(settings, repository, http=True, port=port)
    assert str(refused.value) == (
        f"port {port} on 127.0.0.1 cannot be used (Address already in use); "
        "name another with --port, 0 for any"
    )


def test_an_invalid_port_is_a_one_line_error(settings: Settings, repository: Path) -> None:
    with pytest.raises(Unavailable, match=r"^port 70000 on 127\.0\.0\.1 cannot be used"):
        serve(settings, repository, http=True, port=70_000)
