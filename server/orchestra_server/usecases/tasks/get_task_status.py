"""get_task_status: everything about one task."""

from collections.abc import Sequence

from orchestra_core.clock import iso_time
from orchestra_core.models import Chamber, Task
from orchestra_core.replies.tasks import TaskStatus
from orchestra_core.state import ProjectState
from orchestra_server.usecases.clones.whereabouts import (
    place_in,
    sentence_elsewhere,
    with_tasks_here,
)
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.lookups import task_in
from orchestra_server.usecases.common.transaction import Context

# Keeps a reply well below the most that a client shows its model (25,000 tokens).
_DISCOVERIES_SHOWN = 40


async def get_task_status(context: Context, *, task_id: str) -> TaskStatus:
    """Return everything recorded about a task; raises Unknown with the closest open tasks."""
    state = await with_tasks_here(context, await context.store.snapshot(task_id))
    return task_status(context, state, task_id)


def task_status(context: Context, state: ProjectState, task_id: str) -> TaskStatus:
    """Return the status of a task in a snapshot, with discoveries critical first, then newest."""
    task = task_in(state, task_id)
    chambers = state.chambers_of(task_id)
    places = {chamber.id: place_in(context, state, chamber) for chamber in chambers}
    discoveries = sorted(
        (discovery for discovery in state.discoveries.values() if discovery.task_id == task_id),
        key=serializers.by_weight,
    )
    agents = sorted(
        (agent for agent in state.agents.values() if agent.task_id == task_id),
        key=lambda agent: agent.agent_id,
    )
    return TaskStatus(
        task_id=task.id,
        description=task.description,
        state=task.state,
        complexity=task.complexity,
        reasons=list(task.reasons),
        phase=task.phase,
        phases=serializers.phases(task),
        working_directory=task.working_directory,
        base_branch=task.base_branch,
        base_commit=task.base_commit,
        started_at=iso_time(task.started_at),
        finished_at=iso_time(task.finished_at),
        summary=task.summary,
        landed_commit=task.landed_commit,
        chambers=[serializers.summary(chamber, places[chamber.id]) for chamber in chambers],
        agents=[serializers.agent(agent) for agent in agents],
        discoveries=[
            serializers.discovery(discovery) for discovery in discoveries[:_DISCOVERIES_SHOWN]
        ],
        discoveries_left_out=max(0, len(discoveries) - _DISCOVERIES_SHOWN),
        unread_interrupts=[
            serializers.mail(interrupt) for interrupt in serializers.unread_of(state, task_id)
        ],
        next_step=_next_step(task, chambers) + sentence_elsewhere(chambers, places),
    )


def _next_step(task: Task, chambers: Sequence[Chamber]) -> str:
    if task.is_completing:
        return "It is being completed; call complete_task again if that was interrupted."
    if not task.is_open:
        return f"The task is {task.state}; nothing is left to do."
    if not any(chamber.expects_worker for chamber in chambers):
        return (
            "No chamber is live; create_chambers_batch creates them, complete_task ends the task."
        )
    return "get_parallel_status shows how the workers stand; complete_task lands their work."
