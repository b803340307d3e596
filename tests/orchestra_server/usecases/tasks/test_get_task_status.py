"""A whole task, read at once."""

import pytest

from orchestra_core.errors import Unknown
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.get_task_status import get_task_status
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from tests.support.conductor.tasks import a_started_task, chambers_open


async def test_task_status_returns_chambers_agents_and_discoveries(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    await record_agent_action(
        context, task_id=task_id, agent_id="w-auth", action="x", result="y", patterns=["p"]
    )
    status = await get_task_status(context, task_id=task_id)
    assert [chamber.name for chamber in status.chambers] == ["auth"]
    assert [agent.agent_id for agent in status.agents] == ["w-auth"]
    assert [discovery.text for discovery in status.discoveries] == ["p"]
    assert status.started_at.endswith("Z")


async def test_the_error_for_an_unknown_task_names_the_closest(context: Context) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(Unknown, match=task_id):
        await get_task_status(context, task_id=task_id[:-1])
    with pytest.raises(Unknown, match=task_id):
        await get_parallel_status(context, task_id="")
