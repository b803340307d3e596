"""The bundled MCP server as the room's child: started, spoken to, started again when it dies.

The server runs in a session of its own, so that the whole group can be ended with the room; should
the room itself be killed, the server sees the end of its standard input and leaves by itself.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from orchestra_core import __version__
from orchestra_core.errors import OrchestraError, Refused, Unavailable
from orchestra_core.project import Project
from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR, Settings
from orchestra_core.text import one_line
from orchestra_tui.live.json_rpc import LINE_LIMIT, Connection
from orchestra_tui.live.sources import LinkState

PROTOCOL = "2025-06-18"  # older than the server's newest on purpose: a plain stateful session
CLIENT_NAME = "orchestra-room"
SERVER = (sys.executable, "-m", "orchestra_server")
_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between two starts, the last for ever
_READY_SECONDS = 30.0  # a start takes 1.0-1.5 s; a machine under load several times that
_CALL_SECONDS = 180.0  # chambers of a large repository take their time
_LEAVE_SECONDS = 3.0

Result = TypeVar("Result", bound=Struct)


class Content(Struct, frozen=True):
    """One part of an answer; only text is expected."""

    text: str = ""


class ToolResult(Struct, frozen=True, rename="camel"):
    """What `tools/call` answers."""

    content: tuple[Content, ...] = ()
    structured_content: Raw = Raw(b"null")
    is_error: bool = False


class ResourceResult(Struct, frozen=True):
    """What `resources/read` answers."""

    contents: tuple[Content, ...] = ()


@dataclass(frozen=True, slots=True)
class Launch:
    """How the server is started: command, directory, environment, and where its stderr goes."""

    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    log: Path


def plan_launch(project: Project, settings: Settings) -> Launch:
    """Return how the room starts the server of `project`."""
    environment = dict(os.environ)
    environment["CLAUDE_PROJECT_DIR"] = str(project.root)
    environment[STATE_DIR] = str(settings.state_dir)
    for name, value in ((REDIS_URL, settings.redis_url), (PROJECT, settings.project)):
        environment.pop(name, None)
        if value:
            environment[name] = value
    if settings.runtime_dir != Path(tempfile.gettempdir()):
        environment["XDG_RUNTIME_DIR"] = str(settings.runtime_dir)
    log = settings.state_dir / "log" / f"server-{project.id}.log"
    return Launch(SERVER, project.root, environment, log)


class ServerLink:
    """The room's way to the tools; every failure is an OrchestraError with one line."""

    def __init__(self, launch: Launch, delays: Sequence[float] = _DELAYS) -> None:
        self._launch = launch
        self._delays = delays
        self._connection: Connection | None = None
        self._state = LinkState("off")
        self._changed = asyncio.Condition()
        self.pid = 0  # of the running server

    @property
    def state(self) -> LinkState:
        """How the server is."""
        return self._state

    async def run(self, on_state: Callable[[LinkState], None]) -> None:
        """Keep a server running until cancelled."""
        deaths = 0
        while True:
            await self._become(LinkState("starting"), on_state)
            was_ready = await self._one_life(on_state)
            # One that was ready and died gets a quick second chance; one that never got ready
            # would only fill the log.
            deaths = 1 if was_ready else deaths + 1
            delay = self._delays[min(deaths, len(self._delays)) - 1]
            if was_ready:
                state = LinkState("restarting", f"in {delay:g} s")
            else:
                state = LinkState("failed", f"see {self._launch.log}, next try in {delay:g} s")
            await self._become(state, on_state)
            await asyncio.sleep(delay)

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Raw:
        """Return the structured content of one tool's answer; Refused carries the tool's line."""
        connection = await self._ready()
        params = {"name": tool, "arguments": dict(arguments)}
        raw = await connection.request("tools/call", params, _CALL_SECONDS)
        result = _decode(raw, ToolResult)
        if result.is_error:
            text = " ".join(part.text for part in result.content)
            raise Refused(one_line(text) or f"{tool} failed without saying why")
        return result.structured_content

    async def read(self, uri: str) -> str:
        """Return the text of one resource."""
        connection = await self._ready()
        raw = await connection.request("resources/read", {"uri": uri}, _CALL_SECONDS)
        return "".join(part.text for part in _decode(raw, ResourceResult).contents)

    async def _ready(self) -> Connection:
        """Return the open connection, waiting for a server that is starting."""
        try:
            async with asyncio.timeout(_READY_SECONDS), self._changed:
                await self._changed.wait_for(lambda: self._state.phase != "starting")
        except TimeoutError:
            raise Unavailable("the MCP server is still starting; try again in a moment") from None
        if self._connection is None:
            words = f"{self._state.phase} {self._state.detail}".strip()
            raise Unavailable(f"the MCP server is not running ({words}); try again when it is")
        return self._connection

    async def _become(self, state: LinkState, on_state: Callable[[LinkState], None]) -> None:
        async with self._changed:
            self._state = state
            self._changed.notify_all()
        on_state(state)

    async def _one_life(self, on_state: Callable[[LinkState], None]) -> bool:
        """Run one server to its end; answer whether it ever got ready."""
        try:
            process = await self._start()
        except OSError as error:
            self._note(f"cannot start {self._launch.command[0]}: {error}")
            return False
        assert process.stdin is not None  # noqa: S101 - both pipes were asked for
        assert process.stdout is not None  # noqa: S101 - as above
        connection = Connection(process.stdout, process.stdin)
        reading = asyncio.create_task(connection.run())
        self.pid = process.pid
        ready = False
        try:
            await _shake_hands(connection)
            ready = True
            self._connection = connection
            await self._become(LinkState("ready"), on_state)
            await reading
        except OrchestraError as error:
            self._note(f"no MCP handshake: {error}")
        finally:
            self._connection = None
            self.pid = 0
            connection.close()
            await _end(process)
            reading.cancel()
        return ready

    async def _start(self) -> asyncio.subprocess.Process:
        self._launch.log.parent.mkdir(parents=True, exist_ok=True)
        with self._launch.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self._launch.command,
                cwd=self._launch.directory,
                env=self._launch.environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LINE_LIMIT,
                start_new_session=True,
            )

    def _note(self, line: str) -> None:
        with contextlib.suppress(OSError), self._launch.log.open("a", encoding="utf-8") as log:
            log.write(f"room: {one_line(line)}\n")


async def _shake_hands(connection: Connection) -> None:
    hello = {
        "protocolVersion": PROTOCOL,
        "capabilities": {},
        "clientInfo": {"name": CLIENT_NAME, "version": __version__},
    }
    await connection.request("initialize", hello, _READY_SECONDS)
    connection.notify("notifications/initialized", {})


async def _end(process: asyncio.subprocess.Process) -> None:
    """Wait for a server whose input is closed; end its whole group if it does not go."""
    for force in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_SECONDS):
                await process.wait()
            break
        _signal_group(process.pid, force)
    else:
        await process.wait()
    # What it started and left behind (a git, a hook) belongs to its group and ends with it.
    _signal_group(process.pid, signal.SIGTERM)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _decode(raw: Raw, shape: type[Result]) -> Result:
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.DecodeError as error:
        raise Unavailable(f"the MCP server answered something else than MCP: {error}") from error
