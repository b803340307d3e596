"""The driver of each protocol, imported when the first agent with that protocol starts."""

from orchestra_core.configuration.agents import Protocol
from orchestra_server.agents.agent_driver import Driver


def driver_of(protocol: Protocol) -> Driver:
    """Return the driver of a protocol."""
    match protocol:
        case "claude":
            from orchestra_server.agents.claude.claude_driver import (  # noqa: PLC0415 - as above
                ClaudeDriver,
            )

            return ClaudeDriver()
        case "acp":
            from orchestra_server.agents.acp.acp_driver import AcpDriver  # noqa: PLC0415 - as above

            return AcpDriver()
