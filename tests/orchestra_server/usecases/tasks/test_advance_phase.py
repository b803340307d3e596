"""Moving a task on in its plan."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.tasks.advance_phase import advance_phase
from orchestra_server.usecases.tasks.start_task import start_task
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from tests.support.conductor.tasks import chambers_open, kinds


async def test_phases_advance_one_by_one_to_the_last(context: Context) -> None:
    started = await start_task(context, description="x", complexity="moderate")
    steps = [await advance_phase(context, task_id=started.task_id) for _ in range(4)]
    assert [step.phase for step in steps] == [
        "implementation",
        *["verification"] * 3,
    ]
    assert [phase.state for phase in steps[-1].phases] == ["finished", "finished", "current"]
    assert (await kinds(context)).count("task.phase-advanced") == 2


async def test_the_four_calls_of_a_conductor_leave_a_true_history(context: Context) -> None:
    request = "Add a login, a database and an API"
    started = await start_task(context, description=request, complexity="complex")
    task_id = started.task_id
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    auth.write("login.py", "login = 1\n")
    for _ in range(2):
        await record_agent_action(
            context, task_id=task_id, agent_id="worker-auth", action="Made it", result="Tested"
        )
    await complete_task(context, task_id=task_id, commit_changes=True, summary="Add a login")
    events = await context.store.events()
    tasks = [event.data.task for event in events if event.kind == "task.phase-advanced"]
    phases = [task.phase for task in tasks if task is not None]
    assert phases == ["design", "implementation", "integration", "verification"]
    ended = (await context.store.snapshot()).tasks[task_id]
    assert [phase.name for phase in ended.phases if not phase.finished_at] == []


async def test_entering_a_named_phase_again_changes_nothing(context: Context) -> None:
    started = await start_task(context, description="x", complexity="moderate")
    first, again = [
        await advance_phase(context, task_id=started.task_id, phase="verification")
        for _ in range(2)
    ]
    assert (first.advanced, again.advanced) == (True, False)
    assert again.at == first.at
    assert [phase.state for phase in again.phases] == ["finished", "skipped", "current"]
    assert again.by == "conductor"


async def test_the_error_for_an_unknown_phase_lists_the_phases(context: Context) -> None:
    started = await start_task(context, description="x", complexity="moderate")
    with pytest.raises(BadInput, match="'deploy'; its phases are: analysis, implementation"):
        await advance_phase(context, task_id=started.task_id, phase="deploy")


async def test_the_next_step_names_the_following_phase_and_then_completion(
    context: Context,
) -> None:
    started = await start_task(context, description="x", complexity="moderate")
    step = await advance_phase(context, task_id=started.task_id)
    assert step.next_step.endswith("call advance_phase with phase='verification'.")
    step = await advance_phase(context, task_id=started.task_id)
    assert step.next_step.endswith("when its work is done, call complete_task.")
