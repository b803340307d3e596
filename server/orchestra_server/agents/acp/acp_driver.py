"""Starts any agent that speaks the Agent Client Protocol."""

from dataclasses import replace

from orchestra_server.agents.acp.acp_dialect import AcpDialect
from orchestra_server.agents.acp.known_agents import ASKING_ENVIRONMENT
from orchestra_server.agents.agent_driver import Launch, Session
from orchestra_server.agents.process_session import start_session


class AcpDriver:
    """Starts sessions of agents that speak the protocol."""

    async def start(self, launch: Launch) -> Session:
        """Start an agent; raises Refused with one line."""
        launch = replace(launch, environ={**ASKING_ENVIRONMENT, **launch.environ})
        return await start_session(launch, list(launch.command), AcpDialect(launch))
