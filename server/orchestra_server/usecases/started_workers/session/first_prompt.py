"""What a worker is told when it starts, and when another process continues its conversation."""

from orchestra_core.errors import Unknown
from orchestra_core.state import ProjectState
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.usecases.workers.get_agent_context import agent_context
from orchestra_server.usecases.workers.prompts import WORKER_TYPE

RESUMED = (
    "The process that ran you ended while you worked, and this one goes on with the conversation. "
    "What was running then has been aborted. Look at what is there (`git status`), then go on."
)


def first_prompt(state: ProjectState, worker: StartedWorker) -> str:
    """Return the chamber's briefing, with the words of whoever started the worker.

    Raises Unknown if the task is gone.
    """
    if worker.task_id not in state.tasks:
        raise Unknown(f"task {worker.task_id!r} of chamber {worker.chamber!r} is gone")
    context = agent_context(state, worker.task_id, WORKER_TYPE, worker.chamber)
    if not worker.text:
        return context.prompt
    return f"{context.prompt}\n\nWHAT {worker.asked_by.upper()} ADDS\n{worker.text}"
