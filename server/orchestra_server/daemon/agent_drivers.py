"""The driver of each protocol, imported when the first agent of it starts."""

from orchestra_core.configuration.agents import Protocol
from orchestra_core.errors import Refused
from orchestra_server.agents.driver import Driver


def driver_of(protocol: Protocol) -> Driver:
    """Return the driver of a protocol; raises Refused where there is none."""
    if protocol == "claude":
        from orchestra_server.agents.claude.claude_driver import (  # noqa: PLC0415 - as above
            ClaudeDriver,
        )

        return ClaudeDriver()
    raise Refused(f"no agent that speaks {protocol!r} can be started yet")
