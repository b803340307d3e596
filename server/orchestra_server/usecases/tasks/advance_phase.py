"""advance_phase: move a task to its next phase."""

from orchestra_core.clock import iso_time
from orchestra_core.replies.tasks import AdvancedPhase
from orchestra_core.store.reads import Reads
from orchestra_server.domain.tasks.task_lifecycle import PhaseStep, advanced
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.lookups import read_open_task
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction


async def advance_phase(context: Context, *, task_id: str, phase: str = "") -> AdvancedPhase:
    """Enter the named phase or, without a name, the next one; with a name it is safe to repeat.

    Raises BadInput for a phase that the task does not have.
    """

    async def decide(reads: Reads) -> Decision[PhaseStep]:
        task = await read_open_task(reads, task_id)
        step = advanced(task, phase.strip(), at=context.clock(), actor=context.actor)
        return Decision(step, step.change)

    step = await run_transaction(context.store, decide)
    if step.moved:
        await show_change_soon(context, task_id)
    return _reply(step)


def _reply(step: PhaseStep) -> AdvancedPhase:
    task = step.task
    names = [phase.name for phase in task.phases]
    current = next(phase for phase in task.phases if phase.name == task.phase)
    rest = names[names.index(task.phase) + 1 :]
    return AdvancedPhase(
        task_id=task.id,
        advanced=step.moved,
        phase=task.phase,
        at=iso_time(current.started_at),
        by=current.by,
        phases=serializers.phases(task),
        next_step=(
            f"Do the work of {task.phase!r}; then call advance_phase with phase={rest[0]!r}."
            if rest
            else f"{task.phase!r} is the last phase; when its work is done, call complete_task."
        ),
    )
