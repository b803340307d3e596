"""What workers report is recorded, and its patterns become discoveries."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.domain.workers.discoveries import SAME_ACTION_MS
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.workers.get_agent_context import get_agent_context
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from tests.support.conductor.tasks import Clock, a_started_task, chambers_open, kinds

AGENT = "implementation-executor-auth"


async def test_the_patterns_of_an_action_become_discoveries(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "api"])
    recorded = await record_agent_action(
        context,
        task_id=task_id,
        agent_id=AGENT,
        action="Implemented login",
        result="All tests pass",
        patterns=["JWT auth", "rate limiting", "JWT auth"],
    )
    assert (recorded.chamber, recorded.actions, recorded.repeated) == ("auth", 1, False)
    assert len(recorded.discoveries) == 2
    agent_context = await get_agent_context(
        context, task_id=task_id, agent_type="implementation-executor", module="api"
    )
    assert {discovery.text for discovery in agent_context.discoveries} == {
        "JWT auth",
        "rate limiting",
    }
    assert "rate limiting" in agent_context.prompt


async def test_the_same_action_within_a_minute_is_recorded_once(
    context: Context, clock: Clock
) -> None:
    task_id = await a_started_task(context)

    async def record() -> tuple[bool, int]:
        reply = await record_agent_action(
            context, task_id=task_id, agent_id=AGENT, action="x", result="y", patterns=["p"]
        )
        return reply.repeated, reply.actions

    assert [await record(), await record()] == [(False, 1), (True, 1)]
    clock.now += SAME_ACTION_MS
    assert await record() == (False, 2)
    assert (await kinds(context)).count("agent.acted") == 2
    assert (await kinds(context)).count("discovery.shared") == 1


async def test_the_longest_matching_chamber_name_is_used(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["api", "auth-api"])
    recorded = await record_agent_action(
        context, task_id=task_id, agent_id="worker-auth-api", action="x", result=""
    )
    assert recorded.chamber == "auth-api"


@pytest.mark.parametrize("agent_id", ["", "a b", "x" * 101, "a\n", "ä", "\ud800", "a/b"], ids=ascii)
async def test_an_invalid_agent_id_is_a_one_line_error(context: Context, agent_id: str) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(BadInput, match="agent_id") as caught:
        await record_agent_action(
            context, task_id=task_id, agent_id=agent_id, action="x", result="y"
        )
    assert "\n" not in str(caught.value)
