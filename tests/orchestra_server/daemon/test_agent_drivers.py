"""Each protocol has its driver; one without is one line."""

import pytest

from orchestra_core.errors import Refused
from orchestra_server.agents.claude.claude_driver import ClaudeDriver
from orchestra_server.daemon.agent_drivers import driver_of


def test_claude_has_a_driver_of_its_own() -> None:
    assert isinstance(driver_of("claude"), ClaudeDriver)


def test_a_protocol_without_a_driver_is_refused() -> None:
    with pytest.raises(Refused, match="no agent that speaks 'acp' can be started yet"):
        driver_of("acp")
