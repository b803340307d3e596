"""Starts a worker's agent: its command, its environment and the driver for its protocol."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from orchestra_core.configuration.agents import AgentCommand, Protocol
from orchestra_core.models import Chamber
from orchestra_core.project import Project
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.agents.agent_driver import Driver, Launch, Session
from orchestra_server.domain.chambers.chamber_ports import as_environment
from orchestra_server.usecases.started_workers.agent_choice import choose_agent

# Variables that a daemon inherits from the client that started it; with them an agent would count
# as part of that client.
_OF_THE_CLIENT = (
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_CODE_SSE_PORT",
    "CLAUDE_PROJECT_DIR",
)


class AgentLauncher:
    """Starts agents in chambers; `driver_of` may import slow modules."""

    def __init__(self, project: Project, driver_of: Callable[[Protocol], Driver]) -> None:
        self._project = project
        self._driver_of = driver_of

    async def start(self, worker: StartedWorker, chamber: Chamber) -> Session:
        """Return the session of a worker's agent; raises BadInput or Refused with one line."""
        agent = await asyncio.to_thread(choose_agent, self._project, worker.agent)
        driver = await asyncio.to_thread(self._driver_of, agent.protocol)
        return await driver.start(launch_of(agent, worker, chamber, os.environ))


def launch_of(
    agent: AgentCommand, worker: StartedWorker, chamber: Chamber, environ: Mapping[str, str]
) -> Launch:
    """Return what to start, and where."""
    inherited = {name: value for name, value in environ.items() if name not in _OF_THE_CLIENT}
    return Launch(
        agent=agent.name,
        command=agent.command,
        directory=Path(chamber.path),
        environ={**inherited, **as_environment(chamber.ports)},
        conversation=worker.conversation,
    )
