"""opencode on a scripted model, started by its driver: a minute or two, so it stands here."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.agent_stories import STORIES
from tests.support.agents import OPENCODE, Agent


@pytest.mark.parametrize("agent", [OPENCODE], ids=lambda agent: agent.name)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_opencode_keeps_the_contract(
    story: Callable[[Agent, Path], Awaitable[None]], agent: Agent, tmp_path: Path
) -> None:
    await story(agent, tmp_path)
