"""A conductor in a test: a real MCP client of the server `orchestration`, in memory or on stdio."""

import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent, TextResourceContents

from orchestra_core.clock import now_ms
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.daemon.keep_daemon import KeptDaemon
from orchestra_core.project import Project
from orchestra_core.settings import LINGER, REDIS_URL, STATE_DIR, Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.daemon.clone_services import on_duty
from orchestra_server.tools.server import build_server
from orchestra_server.tools.server_session import ServerSession
from tests.support.conductor.replies import convert_exactly

Answer = TypeVar("Answer")


class Conductor:
    """Calls tools as a conductor's client does."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, reply: type[Answer], tool: str, arguments: Mapping[str, object]) -> Answer:
        """Return the structured answer; fails the test when the tool answers an error."""
        result = await self.client.call_tool(tool, dict(arguments))
        said = [block.text for block in result.content if isinstance(block, TextContent)]
        assert not result.is_error, said
        return convert_exactly(reply, result.structured_content)

    async def error(self, tool: str, arguments: Mapping[str, object]) -> str:
        """Return the one line of a tool's error; fails the test if it answers anything else."""
        result = await self.client.call_tool(tool, dict(arguments))
        assert result.is_error, result.structured_content
        (block,) = result.content
        assert isinstance(block, TextContent)
        assert "\n" not in block.text
        return block.text

    async def read(self, uri: str) -> str:
        """Return a resource's text."""
        (content,) = (await self.client.read_resource(uri)).contents
        assert isinstance(content, TextResourceContents)
        return content.text

    async def read_json(self, uri: str) -> object:
        """Return a JSON resource."""
        return msgspec.json.decode(await self.read(uri))


@asynccontextmanager
async def in_memory(settings: Settings, directory: Path) -> AsyncGenerator[Conductor]:
    """Connect to a server object in this process, standing in `directory`."""
    session = ServerSession(settings, directory, keep_daemon=daemon_in_this_process)
    async with Client(build_server(session)) as client:
        yield Conductor(client)


@asynccontextmanager
async def daemon_in_this_process(
    project: Project, settings: Settings
) -> AsyncGenerator[KeptDaemon]:
    """Do what the clone's daemon does, in this process."""
    live = LiveSettings(settings, project.root)
    async with open_store(project.id, settings) as store, on_duty(store, project, live, now_ms):
        yield KeptDaemon(project, settings)


@asynccontextmanager
async def on_stdio(
    settings: Settings,
    directory: Path,
    log: Path,
    environ: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
) -> AsyncGenerator[Conductor]:
    """Start `python -m orchestra_server` as a client does, its stderr going to `log`.

    The words `before` come first in its command.
    """
    command = (*before, sys.executable, "-m", "orchestra_server")
    parameters = StdioServerParameters(
        command=command[0],
        args=list(command[1:]),
        env={**server_environ(settings), "CLAUDE_PROJECT_DIR": str(directory), **(environ or {})},
        cwd=directory,
    )
    with log.open("w") as errlog:
        async with Client(stdio_client(parameters, errlog=errlog)) as client:
            yield Conductor(client)


def server_environ(settings: Settings) -> dict[str, str]:
    """Return the variables that make a server process use these settings."""
    return {
        STATE_DIR: str(settings.state_dir),
        REDIS_URL: settings.redis_url,
        "XDG_RUNTIME_DIR": str(settings.runtime_dir),
        LINGER: "0",
    }
