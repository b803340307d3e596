"""get_agent_context: what an agent needs to know when it is started."""

from orchestra_core.models import Chamber, Discovery, Task
from orchestra_core.replies.workers import AgentContext
from orchestra_core.state import ProjectState
from orchestra_server.files.hook_setup.hook_settings import briefs_subagents
from orchestra_server.usecases.clones.whereabouts import with_tasks_here
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.lookups import task_in, unknown_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.common.validation import checked_agent_type
from orchestra_server.usecases.workers.prompts import (
    PLACED,
    agent_id_of,
    observer_prompt,
    worker_prompt,
)

# The most that goes into one prompt; get_task_status has more.
_DISCOVERIES_SHOWN = 30


async def get_agent_context(
    context: Context, *, task_id: str, agent_type: str, module: str = ""
) -> AgentContext:
    """Return an agent's mission, scope, siblings, the discoveries that concern it, and its prompt.

    `module` is the chamber that the agent will work in, "" for an agent that only reads. Raises
    Unknown if the task does not have the chamber.
    """
    kind = checked_agent_type(agent_type)
    state = await with_tasks_here(context, await context.store.snapshot(task_id))
    places = briefs_subagents(context.project.main_checkout)
    return agent_context(state, task_id, kind, module.strip(), places=places)


def agent_context(
    state: ProjectState, task_id: str, agent_type: str, module: str, *, places: bool = False
) -> AgentContext:
    """Return an agent's context from a snapshot; `places` if hooks start subagents in chambers."""
    task = task_in(state, task_id)
    chambers = state.chambers_of(task_id)
    own = next((chamber for chamber in chambers if chamber.name == module), None)
    if module and own is None:
        raise unknown_chamber(module, task, chambers)
    siblings = [chamber for chamber in chambers if chamber.is_live and chamber is not own]
    discoveries = _touching(state, task_id, module)
    agent_id = agent_id_of(agent_type, module)
    mail = serializers.unread_of(state, task_id, module) if own else []
    return AgentContext(
        task_id=task_id,
        agent_type=agent_type,
        agent_id=agent_id,
        mission=task.description,
        phase=task.phase,
        working_directory=task.working_directory,
        chamber=serializers.scope(own) if own else None,
        siblings=[serializers.scope(sibling) for sibling in siblings],
        discoveries=[serializers.discovery(discovery) for discovery in discoveries],
        unread_interrupts=[serializers.mail(interrupt) for interrupt in mail],
        prompt=worker_prompt(task, own, siblings, agent_id=agent_id, discoveries=discoveries)
        if own
        else observer_prompt(task, siblings, agent_id=agent_id, discoveries=discoveries),
        next_step=_next_step(task, own, agent_id, places=places),
    )


def _touching(state: ProjectState, task_id: str, module: str) -> list[Discovery]:
    """Return the discoveries about a chamber, or all: most severe first, then newest."""
    discoveries = [
        discovery
        for discovery in state.discoveries.values()
        if discovery.task_id == task_id
        and (not module or not discovery.affects or module in discovery.affects)
    ]
    return sorted(discoveries, key=serializers.by_weight)[:_DISCOVERIES_SHOWN]


def _next_step(task: Task, own: Chamber | None, agent_id: str, *, places: bool) -> str:
    if own is not None and not own.is_live:
        return (
            f"Chamber {own.name!r} is {own.state}: do not start a worker in it. "
            "restore_chamber brings a closed one back."
        )
    if not task.is_open:
        return f"Task {task.id!r} is {task.state}: do not start an agent for it."
    placed = f", in Claude Code {PLACED}" if own and places else ""
    return (
        f"Paste `prompt` unchanged into the agent you start{placed}; record what it reports with "
        f"record_agent_action and agent_id {agent_id!r}."
    )
