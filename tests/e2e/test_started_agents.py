"""Real agents on a scripted model, started by their drivers: the contract of the drivers."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.agents.agent_stage import CLAUDE, Agent
from tests.support.agents.agent_stories import STORIES


@pytest.mark.parametrize("agent", [CLAUDE], ids=lambda agent: agent.name)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_real_agent_keeps_the_contract(
    story: Callable[[Agent, Path], Awaitable[None]], agent: Agent, tmp_path: Path
) -> None:
    await story(agent, tmp_path)
