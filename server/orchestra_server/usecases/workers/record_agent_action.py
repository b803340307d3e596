"""record_agent_action: record what an agent did, and patterns that others can use."""

from collections.abc import Sequence

from orchestra_core.change import Change
from orchestra_core.models import Agent, Discovery
from orchestra_core.replies.workers import RecordedAction
from orchestra_core.store.reads import Reads
from orchestra_core.text import MESSAGE_LIMIT, optional, required
from orchestra_server.domain.tasks.task_lifecycle import reached
from orchestra_server.domain.workers.discoveries import (
    acted,
    action_event,
    discovery_event,
    is_same_action,
    patterns_found,
)
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.lookups import chamber_of_agent, read_open_task
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.common.validation import checked_agent_id, checked_patterns

ACTION_LIMIT = 2_000


async def record_agent_action(
    context: Context,
    *,
    task_id: str,
    agent_id: str,
    action: str,
    result: str,
    patterns: Sequence[str] = (),
) -> RecordedAction:
    """Record an action in the history; each pattern becomes a discovery that others can find.

    An identical report within a minute after the agent's latest action is not recorded again.
    """
    name = checked_agent_id(agent_id)
    done = required("action", action, ACTION_LIMIT)
    outcome = optional("result", result, MESSAGE_LIMIT)
    lines = checked_patterns(patterns)

    async def decide(reads: Reads) -> Decision[RecordedAction]:
        task = await read_open_task(reads, task_id)
        now = context.clock()
        agent = await reads.agent(f"{task_id}/{name}") or await _new_agent(reads, task_id, name)
        patterns = patterns_found(agent, lines, now)
        new = [pattern for pattern in patterns if await reads.discovery(pattern.id) is None]
        if is_same_action(agent, done, outcome, now) and not new:
            return Decision(_reply(agent, patterns, repeated=True))
        after = acted(agent, done, outcome, now)
        events = [action_event(after, lines, context.actor)]
        events += [discovery_event(pattern, context.actor) for pattern in new]
        if after.chamber:
            step = reached(task, "work begun", at=now, actor=context.actor)
            events += step.change.events
        return Decision(_reply(after, patterns, repeated=False), Change(events=tuple(events)))

    reply = await run_transaction(context.store, decide)
    if not reply.repeated:
        await show_change_soon(context, task_id)
    return reply


async def _new_agent(reads: Reads, task_id: str, agent_id: str) -> Agent:
    names = [chamber.name for chamber in await reads.chambers_of(task_id)]
    return Agent(
        id=f"{task_id}/{agent_id}",
        task_id=task_id,
        agent_id=agent_id,
        chamber=chamber_of_agent(agent_id, names),
    )


def _reply(agent: Agent, patterns: Sequence[Discovery], *, repeated: bool) -> RecordedAction:
    return RecordedAction(
        task_id=agent.task_id,
        agent_id=agent.agent_id,
        chamber=agent.chamber,
        actions=agent.actions,
        repeated=repeated,
        discoveries=[pattern.id for pattern in patterns],
        next_step=(
            "Record each further report as it comes in; when every worker has ended, "
            "call complete_task."
        ),
    )
