"""Keeps the clone's daemon running while a server or a room needs it, and starts it again."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from orchestra_core.daemon.ask_daemon import introduction
from orchestra_core.daemon.daemon_files import daemon_socket
from orchestra_core.daemon.own_code import OwnCode
from orchestra_core.daemon.start_daemon import daemon_environ, ensure_daemon
from orchestra_core.errors import Unavailable
from orchestra_core.project import Project
from orchestra_core.settings import Settings

# Seconds before a daemon that has ended is started again; the last delay repeats.
_DELAYS = (0.1, 0.5, 2.0, 10.0, 30.0)
_STEADY_SECONDS = 10.0  # a daemon that ran this long was healthy
_log = logging.getLogger(__name__)


class KeptDaemon:
    """One user's hold on the daemon; a stopped daemon starts again when it is needed."""

    def __init__(
        self,
        project: Project,
        settings: Settings,
        on_change: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """`on_change` is called with whether the daemon is held, whenever that changes."""
        self._project = project
        self._settings = settings
        self._on_change = on_change
        self._needed = asyncio.Event()
        self._last_fault = ""

    def needed(self) -> None:
        """Say that the daemon is needed: a stopped one starts again."""
        self._needed.set()

    async def run(self) -> None:
        """Hold the daemon until cancelled."""
        code = await asyncio.to_thread(OwnCode)
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                was_stopped = await self._hold(code)
            except (Unavailable, OSError) as fault:
                self._complain(str(fault))
                was_stopped = False
            self._on_change(False)  # noqa: FBT003 - as above
            if was_stopped:
                self._needed.clear()
                await self._needed.wait()
            lived = asyncio.get_running_loop().time() - began
            failures = 0 if lived > _STEADY_SECONDS else failures + 1
            await asyncio.sleep(_DELAYS[min(failures, len(_DELAYS) - 1)])

    def _complain(self, fault: str) -> None:
        """Log what keeps the daemon from running, once per cause."""
        if fault != self._last_fault:
            _log.warning("mail and workers' reports wait: %s", fault)
            self._last_fault = fault

    async def _hold(self, code: OwnCode) -> bool:
        """Attach to the daemon, wait for its end, and return whether somebody stopped it."""
        await asyncio.to_thread(ensure_daemon, self._project, self._settings, code)
        reader, writer = await asyncio.open_unix_connection(daemon_socket(self._project.git_dir))
        try:
            environ = daemon_environ(self._project, self._settings)
            question = {"call": "attach", **introduction(self._project.git_dir, environ)}
            question["outdated"] = code.has_changed()
            writer.write(json.dumps(question).encode() + b"\n")
            self._last_fault = ""
            self._on_change(True)  # noqa: FBT003 - its type says it
            last_line = b""
            while line := await reader.readline():
                last_line = line
            return bool(last_line) and bool(json.loads(last_line).get("stopped"))
        except ValueError:
            return False
        finally:
            writer.close()


@asynccontextmanager
async def kept_daemon(project: Project, settings: Settings) -> AsyncGenerator[KeptDaemon]:
    """Keep the clone's daemon running within the block; its failures are logged."""
    daemon = KeptDaemon(project, settings)
    task = asyncio.create_task(daemon.run())
    try:
        yield daemon
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
