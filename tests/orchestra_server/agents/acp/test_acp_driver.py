"""Agents that allow everything by themselves are started so that they ask."""

from pathlib import Path

import pytest

from orchestra_core.errors import OrchestraError
from orchestra_server.agents.acp.acp_driver import AcpDriver
from orchestra_server.agents.acp.known_agents import ASKING_ENVIRONMENT
from orchestra_server.agents.agent_driver import Launch

_NAME = "OPENCODE_PERMISSION"


@pytest.mark.parametrize(
    ("configured", "told"),
    [
        pytest.param({}, ASKING_ENVIRONMENT[_NAME], id="nothing is configured"),
        pytest.param({_NAME: "mine"}, "mine", id="the person has said otherwise"),
    ],
)
async def test_an_agent_is_told_to_ask_unless_its_person_has_said_otherwise(
    configured: dict[str, str], told: str, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    program = ("/bin/sh", "-c", f'printf %s "${_NAME}" > "{said}"')
    with pytest.raises(OrchestraError):  # it says nothing and ends
        await AcpDriver().start(Launch("mine", program, tmp_path, configured))
    assert said.read_text() == told
