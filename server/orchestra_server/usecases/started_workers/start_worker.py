"""start_worker: say that an agent should run in a chamber; the daemon of its clone starts it."""

import asyncio

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Presence
from orchestra_core.replies.workers import WorkerStart
from orchestra_core.store.reads import Reads
from orchestra_core.text import MESSAGE_LIMIT, optional
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.domain.workers.started_workers import (
    StartOrder,
    is_same_start,
    start_asked,
)
from orchestra_server.usecases.clones.whereabouts import is_here, place_in
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.lookups import read_chamber, read_open_task
from orchestra_server.usecases.common.transaction import (
    NOTHING,
    Context,
    Decision,
    run_transaction,
)
from orchestra_server.usecases.common.validation import checked_policy
from orchestra_server.usecases.started_workers.agent_choice import choose_agent
from orchestra_server.usecases.workers.worker_activity import describe_activity


async def start_worker(
    context: Context,
    *,
    task_id: str,
    chamber: str,
    agent: str = "",
    policy: str = "edits",
    text: str = "",
) -> WorkerStart:
    """Start an agent in a live chamber until stop_worker; a repeated start gets the running one.

    Raises BadInput if the agent is not configured, Unknown if the chamber does not exist, and
    Refused if it cannot start or another worker is at work.
    """
    words = optional("text", text, MESSAGE_LIMIT)
    allowed = checked_policy(policy)
    chosen = await asyncio.to_thread(choose_agent, context.project, agent)
    order = StartOrder(agent=chosen.name, policy=allowed, text=words)

    async def decide(reads: Reads) -> Decision[tuple[Chamber, StartedWorker, bool]]:
        task = await read_open_task(reads, task_id)
        target = await read_chamber(reads, task, chamber)
        before = await reads.worker(target.id)
        if before is not None and is_same_start(before, order):
            return Decision((target, before, True), NOTHING)
        worker, change = start_asked(target, before, order, at=context.clock(), actor=context.actor)
        await _require_idle(context, target, before)
        return Decision((target, worker, False), change)

    target, worker, is_repeat = await run_transaction(context.store, decide)
    if not is_repeat:
        await context.store.report_presence(
            Presence(chamber_id=target.id, state="starting", since=worker.since)
        )
    await show_change_soon(context, task_id)
    return WorkerStart(
        task_id=task_id,
        chamber=chamber,
        agent=worker.agent,
        policy=worker.policy,
        state=worker.state,
        already_running=is_repeat,
        next_step=await _next_step(context, target),
    )


async def _require_idle(context: Context, chamber: Chamber, before: StartedWorker | None) -> None:
    """Raise Refused while a worker that somebody else started is at work there."""
    if before is not None and not before.is_over:
        return
    doing = describe_activity(await context.store.snapshot(), chamber, context.clock())
    if doing:
        raise Refused(
            f"a worker of chamber {chamber.name!r} is {doing}; let it end before another starts"
        )


async def _next_step(context: Context, chamber: Chamber) -> str:
    if is_here(chamber, context.clone):
        return (
            "It gets its briefing by itself. get_parallel_status shows what it does, "
            "interrupt_worker speaks to it, stop_worker ends it."
        )
    place = place_in(context, await context.store.snapshot(), chamber)
    return (
        f"The chamber is in clone {place.name} ({place.heard}), whose daemon starts it with the "
        "agent of that name there."
    )
