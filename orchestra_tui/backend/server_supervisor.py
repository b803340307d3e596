"""Runs the bundled MCP server as the room's child, and starts it again when it dies."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from orchestra_core import __version__
from orchestra_core.errors import OrchestraError, Refused, Unavailable
from orchestra_core.text import one_line
from orchestra_tui.backend.json_rpc import Connection
from orchestra_tui.backend.protocols import ServerStatus
from orchestra_tui.backend.server_process import ServerLaunch, ServerProcess

PROTOCOL = "2025-06-18"  # deliberately not the server's newest version: a plain stateful session
CLIENT_NAME = "orchestra-room"
_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between two starts; the last one repeats
_READY_SECONDS = 30.0  # a start takes 1.0-1.5 s, on a loaded machine several times that
_CALL_SECONDS = 180.0  # making chambers of a large repository takes long

Result = TypeVar("Result", bound=Struct)


class ContentPart(Struct, frozen=True):
    """One part of an answer; only text parts are expected."""

    text: str = ""


class ToolResult(Struct, frozen=True, rename="camel"):
    """What `tools/call` answers."""

    content: tuple[ContentPart, ...] = ()
    structured_content: Raw = Raw(b"null")
    is_error: bool = False


class ServerSupervisor:
    """Calls the server's tools for the room; every failure is an OrchestraError with one line."""

    def __init__(
        self,
        launch: ServerLaunch,
        delays: Sequence[float] = _DELAYS,
        early: ServerProcess | None = None,
    ) -> None:
        """`early` is an already started server, which is used first."""
        self._launch = launch
        self._early = early
        self._delays = delays
        self._connection: Connection | None = None
        self._state = ServerStatus("off")
        self._changed = asyncio.Condition()
        self.pid = 0  # of the running server

    @property
    def state(self) -> ServerStatus:
        """The server's state."""
        return self._state

    async def run(self, on_state: Callable[[ServerStatus], None]) -> None:
        """Keep a server running until cancelled."""
        deaths = 0
        while True:
            await self._become(ServerStatus("starting"), on_state)
            was_ready = await self._one_life(on_state)
            # A server that was ready and died is restarted quickly; one that was never ready would
            # only fill the log.
            deaths = 1 if was_ready else deaths + 1
            delay = self._delays[min(deaths, len(self._delays)) - 1]
            if was_ready:
                state = ServerStatus("restarting", f"in {delay:g} s")
            else:
                state = ServerStatus("failed", f"see {self._launch.log}, next try in {delay:g} s")
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

    async def _ready(self) -> Connection:
        """Return the open connection; wait for a server that is starting."""
        try:
            async with asyncio.timeout(_READY_SECONDS), self._changed:
                await self._changed.wait_for(lambda: self._state.phase != "starting")
        except TimeoutError:
            raise Unavailable("the MCP server is still starting; try again in a moment") from None
        if self._connection is None:
            words = f"{self._state.phase} {self._state.detail}".strip()
            raise Unavailable(f"the MCP server is not running ({words}); try again when it is")
        return self._connection

    async def _become(self, state: ServerStatus, on_state: Callable[[ServerStatus], None]) -> None:
        async with self._changed:
            self._state = state
            self._changed.notify_all()
        on_state(state)

    async def _one_life(self, on_state: Callable[[ServerStatus], None]) -> bool:
        """Run one server to its end; return whether it was ever ready."""
        process, self._early = self._early, None
        try:
            process = process or ServerProcess(self._launch)
        except OSError as error:
            self._note(f"cannot start {self._launch.command[0]}: {error}")
            return False
        self.pid = process.pid
        reading: asyncio.Task[None] | None = None
        ready = False
        try:
            connection = Connection(*await process.connect())
            reading = asyncio.create_task(connection.run())
            await _initialize(connection)
            ready = True
            self._connection = connection
            await self._become(ServerStatus("ready"), on_state)
            await reading
        except OrchestraError as error:
            self._note(f"no MCP handshake: {error}")
        finally:
            self._connection = None
            self.pid = 0
            await process.end()
            if reading is not None:
                reading.cancel()
        return ready

    def _note(self, line: str) -> None:
        with contextlib.suppress(OSError), self._launch.log.open("a", encoding="utf-8") as log:
            log.write(f"room: {one_line(line)}\n")


async def _initialize(connection: Connection) -> None:
    hello = {
        "protocolVersion": PROTOCOL,
        "capabilities": {},
        "clientInfo": {"name": CLIENT_NAME, "version": __version__},
    }
    await connection.request("initialize", hello, _READY_SECONDS)
    connection.notify("notifications/initialized", {})


def _decode(raw: Raw, shape: type[Result]) -> Result:
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.DecodeError as error:
        raise Unavailable(f"the MCP server gave an answer that is not MCP: {error}") from error
