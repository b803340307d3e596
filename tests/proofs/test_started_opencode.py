"""opencode on a scripted model, started by its driver: a minute or two, so it stands here."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support import agent_stories
from tests.support.agents import OPENCODE, Agent

STORIES = [
    agent_stories.asks_before_it_acts,
    agent_stories.reads_words_at_the_next_tool,
    agent_stories.stops_and_is_redirected,
    agent_stories.withdraws_what_it_asked,
    agent_stories.goes_on_with_its_conversation,
    agent_stories.leaves_nothing_when_closed_in_a_tool,
]


@pytest.mark.parametrize("agent", [OPENCODE], ids=lambda agent: agent.name)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_opencode_keeps_the_contract(
    story: Callable[[Agent, Path], Awaitable[None]], agent: Agent, tmp_path: Path
) -> None:
    await story(agent, tmp_path)
