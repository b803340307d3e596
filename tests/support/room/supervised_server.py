"""A server's supervisor that runs, on a stub of a server."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestra_tui.backend.server_process import ServerLaunch
from orchestra_tui.backend.server_supervisor import ServerSupervisor
from tests.support.room import stub_server
from tests.support.waiting import until

if TYPE_CHECKING:
    from orchestra_tui.backend.protocols import ServerStatus


class Running:
    """A link that runs, and what it has said about itself."""

    def __init__(self, link: ServerSupervisor) -> None:
        self.link = link
        self.states: list[ServerStatus] = []

    @property
    def phases(self) -> list[str]:
        return [state.phase for state in self.states]


@asynccontextmanager
async def running(directory: Path, *arguments: str) -> AsyncGenerator[Running]:
    command = (sys.executable, stub_server.__file__, *arguments)
    launch = ServerLaunch(command, directory, dict(os.environ), directory / "log" / "server.log")
    running = Running(ServerSupervisor(launch, delays=(0.01, 0.05)))
    task = asyncio.create_task(running.link.run(running.states.append))
    try:
        await until(lambda: bool(running.states))
        yield running
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
