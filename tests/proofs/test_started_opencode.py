"""opencode on a scripted model, started by its driver.

Each start takes 7 s of processor time, so the short form plays every other story.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.agents.agent_stage import OPENCODE, Agent
from tests.support.agents.agent_stories import STORIES
from tests.support.proofs import sampled


@pytest.mark.parametrize("agent", [OPENCODE], ids=lambda agent: agent.name)
@pytest.mark.parametrize("story", sampled(STORIES, every=2), ids=lambda story: story.__name__)
async def test_opencode_keeps_the_contract(
    story: Callable[[Agent, Path], Awaitable[None]], agent: Agent, tmp_path: Path
) -> None:
    await story(agent, tmp_path)
