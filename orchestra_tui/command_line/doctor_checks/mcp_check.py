"""Starts the MCP server as an agent's client does, and initializes a session."""

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from typing import IO

import msgspec
from msgspec import Struct

from orchestra_core import __version__
from orchestra_core.errors import OrchestraError
from orchestra_core.project import Project
from orchestra_core.settings import LINGER, Settings
from orchestra_core.text import one_line
from orchestra_server.files.installation.install_record import is_as_installed
from orchestra_server.files.installation.mcp_json import LAUNCHER
from orchestra_tui.backend.json_rpc import Connection
from orchestra_tui.backend.server_process import LINE_LIMIT, ServerLaunch, plan_launch
from orchestra_tui.backend.server_supervisor import PROTOCOL
from orchestra_tui.command_line.doctor_checks.checks import Check
from orchestra_tui.command_line.doctor_checks.installation_check import installed_root

NAME = "MCP server"
_ANSWER_SECONDS = 30.0  # a start takes 1.0-1.5 s, on a loaded machine several times that
_LEAVE_SECONDS = 10.0


class _McpServerInfo(Struct):
    name: str = ""
    version: str = ""


class _Welcome(Struct, rename="camel"):
    server_info: _McpServerInfo = msgspec.field(default_factory=_McpServerInfo)


class _Tools(Struct):
    tools: tuple[msgspec.Raw, ...] = ()


async def check_mcp_server(project: Project, settings: Settings) -> Check:
    """Start the server, ask for its name and its tools, and end it."""
    launch = _as_a_client(project, plan_launch(project, settings))
    with tempfile.TemporaryFile() as log:
        try:
            answer = await _visit(launch, log)
        except (OrchestraError, OSError, msgspec.DecodeError) as error:
            said = _last_line(log)
            return Check(
                name=NAME,
                verdict="fail",
                found=one_line(f"{error}{'; it said: ' if said else ''}{said}", 400),
                mend="start 'orchestra-server' by hand to see why, or install Orchestra again",
            )
    return Check(name=NAME, verdict="ok", found=answer)


def _as_a_client(project: Project, launch: ServerLaunch) -> ServerLaunch:
    """Return the launch in .mcp.json if `init` wrote it, else the room's own.

    A launcher that is not as `init` left it may come from the repository, and is not run.
    """
    launcher = installed_root(project) / LAUNCHER
    if not is_as_installed(project.git_dir, launcher):
        return launch
    return replace(launch, command=("python3", "-I", str(launcher)))


async def _visit(launch: ServerLaunch, log: IO[bytes]) -> str:
    process = await asyncio.create_subprocess_exec(
        *launch.command,
        cwd=launch.directory,
        env={**launch.environment, LINGER: "0"},  # a daemon that it starts must not stay
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        limit=LINE_LIMIT,
    )
    if process.stdin is None or process.stdout is None:
        raise OSError("the server has no pipes")
    connection = Connection(process.stdout, process.stdin)
    reading = asyncio.create_task(connection.run())
    try:
        return await _greet(connection)
    finally:
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_SECONDS):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()
        await reading


async def _greet(connection: Connection) -> str:
    hello = {
        "protocolVersion": PROTOCOL,
        "capabilities": {},
        "clientInfo": {"name": "orchestra-doctor", "version": __version__},
    }
    answer = await connection.request("initialize", hello, _ANSWER_SECONDS)
    welcome = msgspec.json.decode(answer, type=_Welcome)
    connection.notify("notifications/initialized", {})
    listed = await connection.request("tools/list", {}, _ANSWER_SECONDS)
    count = len(msgspec.json.decode(listed, type=_Tools).tools)
    return f"{welcome.server_info.name} {welcome.server_info.version}, {count} tools"


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").splitlines()
    return next((line for line in reversed(lines) if line.strip()), "")
