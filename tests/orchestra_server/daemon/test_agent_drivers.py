"""Each protocol has its driver."""

from orchestra_server.agents.acp.acp_driver import AcpDriver
from orchestra_server.agents.claude.claude_driver import ClaudeDriver
from orchestra_server.daemon.agent_drivers import driver_of


def test_each_protocol_has_a_driver_of_its_own() -> None:
    assert isinstance(driver_of("claude"), ClaudeDriver)
    assert isinstance(driver_of("acp"), AcpDriver)
