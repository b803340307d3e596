"""The bundled MCP server as a process: its start, its connection and its end.

It can be started before there is an event loop: its imports take longer than the room's, and run
while the room is being built. It has a session of its own, so that its whole process group can be
ended with the room. If the room is killed, the server reads the end of its input and exits.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.project import Project
from orchestra_core.settings import Settings, environ_of

# -P keeps files of the repository from shadowing libraries.
SERVER = (sys.executable, "-P", "-m", "orchestra_server")
LINE_LIMIT = 32 * 1024 * 1024  # bytes of one answer; the server cuts diffs long before that
_LEAVE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class ServerLaunch:
    """How to start the server: command, directory, environment, and the log for its stderr."""

    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    log: Path


def plan_launch(project: Project, settings: Settings) -> ServerLaunch:
    """Return how to start the server for `project`."""
    environment = {**environ_of(settings), "CLAUDE_PROJECT_DIR": str(project.root)}
    log = settings.state_dir / "log" / f"server-{project.id}.log"
    return ServerLaunch(SERVER, project.root, environment, log)


class ServerProcess:
    """A started server, with one socket for its input and output; OSError if it cannot start."""

    def __init__(self, launch: ServerLaunch) -> None:
        launch.log.parent.mkdir(parents=True, exist_ok=True)
        self._writer: asyncio.StreamWriter | None = None
        self._ours, theirs = socket.socketpair()
        try:
            with theirs, launch.log.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                    launch.command,
                    cwd=launch.directory,
                    env=launch.environment,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=log,
                    start_new_session=True,
                )
        except BaseException:
            self._ours.close()
            raise

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return the reader and the writer of its socket; may be called once."""
        reader, self._writer = await asyncio.open_unix_connection(sock=self._ours, limit=LINE_LIMIT)
        return reader, self._writer

    async def end(self) -> None:
        """Close its input and wait for its exit; kill its whole group if it does not exit."""
        if self._writer is None:
            self._ours.close()
        elif not self._writer.is_closing():
            self._writer.write_eof()  # but keep reading, because it may still answer
        for force in (signal.SIGTERM, signal.SIGKILL):
            if await self._left():
                break
            self._signal_group(force)
        else:
            await self._left()
        # Processes it left behind (a git, a hook) belong to its group and are killed with it.
        self._signal_group(signal.SIGTERM)
        if self._writer is not None:
            self._writer.close()

    async def _left(self) -> bool:
        try:
            await asyncio.to_thread(self._process.wait, _LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def start_early(launch: ServerLaunch) -> ServerProcess | None:
    """Return a starting server; None if it cannot start, which the first use reports."""
    try:
        return ServerProcess(launch)
    except OSError:
        return None
