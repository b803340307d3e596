"""A repository in use while its processes are killed at random, and what callers were promised.

Two servers with their clients, the clone's daemon, a private Valkey, workers whose hooks run, a
room with a person at it, and the operator's commands.
"""

import asyncio
import os
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.errors import OrchestraError, Unavailable
from orchestra_core.settings import LINGER, Settings
from orchestra_tui.backend.json_rpc import Connection
from orchestra_tui.backend.server_process import SERVER, ServerLaunch, ServerProcess
from tests.support.commands.run_command import COMMAND
from tests.support.git.repositories import PLAIN_GIT, TestRepository
from tests.support.kills.chaos_room import ChaosRoom
from tests.support.kills.chaos_worker import ChaosWorker
from tests.support.room.real_room import room_environ
from tests.support.stores.valkey_users import environment, recorded_pid

_CALL_SECONDS = 60.0
_HELLO: Mapping[str, object] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "chaos", "version": "1"},
}


class _ToolResult(msgspec.Struct, rename="camel"):
    is_error: bool = False
    structured_content: dict[str, object] | None = None
    content: list[dict[str, object]] = []


@dataclass
class Promises:
    """Calls that were answered (promised), and calls that were only tried."""

    acknowledged: dict[str, str] = field(default_factory=dict[str, str])  # by mark: which call
    tried: dict[str, str] = field(default_factory=dict[str, str])
    errors: Counter[str] = field(default_factory=Counter[str])
    tracebacks: list[str] = field(default_factory=list[str])


class RestartedServer:
    """An MCP server and its client, which restarts it whenever it has died."""

    def __init__(self, launch: ServerLaunch) -> None:
        self._launch = launch
        self._process: ServerProcess | None = None
        self._connection: Connection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it again and shake hands; raises Unavailable if it is killed meanwhile."""
        await self.end()
        self._process = ServerProcess(self._launch)
        self._connection = Connection(*await self._process.connect())
        self._reading = asyncio.create_task(self._connection.run())
        await self._connection.request("initialize", _HELLO, _CALL_SECONDS)
        self._connection.notify("notifications/initialized", {})

    async def call(self, tool: str, arguments: Mapping[str, object]) -> dict[str, object]:
        """Return a tool's structured answer; raises Unavailable if there was no answer."""
        if self._reading is None or self._reading.done():
            await self.start()
        assert self._connection is not None
        raw = await self._connection.request(
            "tools/call", {"name": tool, "arguments": arguments}, _CALL_SECONDS
        )
        result = msgspec.json.decode(raw, type=_ToolResult)
        if result.is_error or result.structured_content is None:
            raise Unavailable(str(result.content))
        return result.structured_content

    def kill(self) -> bool:
        """Kill it at once."""
        if self._process is None or self._reading is None or self._reading.done():
            return False
        os.kill(self._process.pid, signal.SIGKILL)
        return True

    async def end(self) -> None:
        """End it as a leaving client does."""
        if self._process is not None:
            await self._process.end()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        self._process = None


@dataclass
class Chaos:
    """All processes of the repository, and the code that kills them."""

    repository: TestRepository
    settings: Settings
    chance: random.Random
    servers: list[RestartedServer]
    room: ChaosRoom
    workers: list[ChaosWorker] = field(default_factory=list[ChaosWorker])
    task_id: str = ""
    promises: Promises = field(default_factory=Promises)
    killed: Counter[str] = field(default_factory=Counter[str])

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, **PLAIN_GIT, **environment(self.settings), LINGER: "1"}

    async def open_chambers(self, names: tuple[str, ...]) -> None:
        """Start a task with these chambers, and a worker in each."""
        first = self.servers[0]
        task = await first.call("start_task", {"description": "Survive the chaos"})
        self.task_id = str(task["task_id"])
        made = await first.call(
            "create_chambers_batch", {"task_id": self.task_id, "chamber_names": names}
        )
        chambers = msgspec.convert(made["chambers"], list[dict[str, object]])
        for number, chamber in enumerate(chambers):
            chance = random.Random(self.chance.random() + number)  # noqa: S311 - from the seed
            worker = ChaosWorker(Path(str(chamber["path"])), chance, self.environ)
            self.workers.append(worker)
            await worker.start()

    async def call_tools(self, server: RestartedServer, name: str, over: asyncio.Event) -> None:
        """Send messages and record actions and discoveries, each with a mark."""
        number = 0
        while not over.is_set():
            number += 1
            mark = f"chaos-{name}-{number}"
            tool = ("interrupt_worker", "record_agent_action", "share_discovery")[number % 3]
            arguments: dict[str, object] = {"task_id": self.task_id}
            if tool == "interrupt_worker":
                chamber = self.chance.choice(self.workers).chamber.name
                arguments |= {"chamber": chamber, "message": mark}
            elif tool == "record_agent_action":
                arguments |= {"agent_id": f"agent-{name}", "action": mark, "result": "done"}
            else:
                arguments |= {"agent_id": f"agent-{name}", "discovery": mark, "severity": "info"}
            self.promises.tried[mark] = tool
            try:
                await server.call(tool, arguments)
                self.promises.acknowledged[mark] = tool
            except (OrchestraError, OSError) as error:
                self.promises.errors[f"{name}: {error}"] += 1
                await asyncio.sleep(0.05)

    async def use_commands(self, over: asyncio.Event) -> None:
        """Alternate between `orchestra interrupt` and `orchestra status`."""
        number = 0
        while not over.is_set():
            number += 1
            mark = f"chaos-command-{number}"
            chamber = self.chance.choice(self.workers).chamber.name
            if number % 2:
                self.promises.tried[mark] = "interrupt_worker"
                if await self.command("interrupt", chamber, mark):
                    self.promises.acknowledged[mark] = "interrupt_worker"
            else:
                await self.command("status")

    async def use_room(self, over: asyncio.Event) -> None:
        """Send messages from the room until it is over."""
        is_over = threading.Event()
        using = asyncio.create_task(asyncio.to_thread(self.room.use, is_over))
        await asyncio.wait(
            [using, waiting := asyncio.create_task(over.wait())], return_when="FIRST_COMPLETED"
        )
        is_over.set()
        waiting.cancel()
        await using
        acknowledged = dict.fromkeys(self.room.acknowledged, "interrupt_worker")
        self.promises.acknowledged.update(acknowledged)

    async def command(self, *arguments: str) -> bool:
        """Run one of the operator's commands; return whether it succeeded."""
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *arguments,
            cwd=self.repository.path,
            env=self.environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(_CALL_SECONDS):
            _, err = await process.communicate()
        if process.returncode:
            self.promises.errors[f"{arguments[0]}: {err.decode().strip()}"] += 1
        if b"Traceback" in err:
            self.promises.tracebacks.append(err.decode())
        return process.returncode == 0

    async def kill_one(self) -> None:
        """Kill a process of one of the five kinds."""
        kind = self.chance.choice(("store", "daemon", "server", "hook", "room"))
        match kind:
            case "store":
                is_killed = _kill(self._store())
            case "daemon":
                is_killed = _kill(await asyncio.to_thread(self.daemon))
            case "server":
                is_killed = self.chance.choice(self.servers).kill()
            case "room":
                is_killed = self.room.kill()
            case _:
                is_killed = self.chance.choice(self.workers).kill_one_hook()
        self.killed[kind] += is_killed

    def daemon(self) -> int:
        """Return the process id of the clone's daemon, 0 for none."""
        answer = ask_daemon(self.repository.path / ".git", {"call": "about"}, 1)
        return int(answer["pid"]) if answer else 0

    def _store(self) -> int:
        with suppress(OSError, ValueError):
            return recorded_pid(self.settings)
        return 0

    def processes(self) -> list[str]:
        """Return the processes that have these directories in their environment or command."""
        own = [os.fsencode(self.settings.state_dir.parent), os.fsencode(self.repository.path)]
        return [
            line
            for line in _all_processes()
            if any(os.fsdecode(chamber) in line for chamber in own)
        ]


def _kill(process: int) -> bool:
    if not process:
        return False
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _all_processes() -> list[str]:
    commands = list[str]()
    for place in Path("/proc").glob("[0-9]*"):
        if place.name == str(os.getpid()):
            continue
        with suppress(OSError):
            said = (place / "cmdline").read_bytes() + b" # " + (place / "environ").read_bytes()
            commands.append(f"{place.name} {os.fsdecode(said.replace(bytes(1), b' '))}")
    return commands


@asynccontextmanager
async def chaos(repository: TestRepository, settings: Settings, seed: int) -> AsyncGenerator[Chaos]:
    """Start two servers on a repository; they are ended when the block is left."""
    chance = random.Random(seed)  # noqa: S311 - from the seed
    environ = {**os.environ, **PLAIN_GIT, **environment(settings), LINGER: "1"}
    environ["CLAUDE_PROJECT_DIR"] = str(repository.path)
    logs = settings.state_dir.parent
    servers = [
        RestartedServer(
            ServerLaunch(SERVER, repository.path, environ, logs / f"server-{number}.log")
        )
        for number in range(2)
    ]
    assert SERVER[0] == sys.executable
    try:
        for server in servers:
            await server.start()
        promises = Promises()

        def note(mark: str) -> None:
            promises.tried[mark] = "interrupt_worker"

        room = ChaosRoom(repository.path, room_environ(settings) | {LINGER: "1"}, chance, note)
        yield Chaos(repository, settings, chance, servers, room, promises=promises)
    finally:
        for server in servers:
            await server.end()
