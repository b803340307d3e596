"""What the conductor says of an agent reaches the use-case."""

from pathlib import Path

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.replies.workers import AgentContext
from orchestra_core.settings import Settings
from tests.support.conductor.orchestration import in_memory


async def test_an_agent_is_briefed_for_the_chamber_that_it_will_work_in(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        started = await conductor.call(StartedTask, "start_task", {"description": "Add tags"})
        task = {"task_id": started.task_id}
        names = {"chamber_names": ["tags", "prices"]}
        await conductor.call(CreatedChambers, "create_chambers_batch", {**task, **names})
        agent = {**task, "agent_type": "implementer"}
        in_tags = await conductor.call(
            AgentContext, "get_agent_context", {**agent, "module": "tags"}
        )
        nowhere = await conductor.call(AgentContext, "get_agent_context", agent)
    assert in_tags.chamber is not None
    assert in_tags.chamber.name == "tags"
    assert nowhere.chamber is None
