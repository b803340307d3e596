"""Moving a task on in its plan."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.advance_phase import advance_phase
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conducting import kinds


async def test_phases_advance_one_by_one_to_the_last(context: Context) -> None:
    started = await start_task(context, description="x", complexity="moderate")
    steps = [await advance_phase(context, task_id=started.task_id) for _ in range(4)]
    assert [step.phase for step in steps] == [
        "implementation",
        *["verification"] * 3,
    ]
    assert [phase.state for phase in steps[-1].phases] == ["finished", "finished", "current"]
    assert (await kinds(context)).count("task.phase-advanced") == 2


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
