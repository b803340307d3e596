"""get_parallel_status: all chambers of a task, with their workers and work, side by side."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.clock import iso_time
from orchestra_core.clone.clone_places import ClonePlace
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Agent, Chamber, Interrupt, Presence, Task, WorkerRequest
from orchestra_core.replies.chambers import ChamberStatus, ParallelStatus
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line
from orchestra_core.wording.gates import verdict_words
from orchestra_core.worker_state import WorkerState, limits_of, worker_states
from orchestra_server.git.process.foreign_programs import brief_programs
from orchestra_server.git.snapshot.diff import diff_size
from orchestra_server.usecases.clones.whereabouts import is_here, place_in, sentence_elsewhere
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.lookups import task_in
from orchestra_server.usecases.common.transaction import Context

_REASON = 80  # characters


@dataclass(frozen=True, slots=True)
class DiffSummary:
    """The size of a chamber's diff, or why it is unknown."""

    files: int = 0
    insertions: int = 0
    deletions: int = 0
    note: str = ""


async def get_parallel_status(context: Context, *, task_id: str) -> ParallelStatus:
    """Return the status of a task's chambers; read-only."""
    state = await context.store.snapshot(task_id)
    chambers = state.chambers_of(task_id)
    clone = context.clone
    with brief_programs():
        diffs = await asyncio.gather(
            *(asyncio.to_thread(_diff_of, chamber, clone) for chamber in chambers)
        )
    by_id = dict(zip(map(_id, chambers), diffs, strict=True))
    return parallel_status(context, state, task_id, by_id)


def parallel_status(
    context: Context, state: ProjectState, task_id: str, diffs: dict[str, DiffSummary]
) -> ParallelStatus:
    """Return the status of a task's chambers in a snapshot, with the diff of each."""
    task = task_in(state, task_id)
    unread_mail, agents = state.unread_by_chamber(), _latest_agents(state, task_id)
    requests = state.open_requests_by_chamber()
    places = {
        chamber.id: place_in(context, state, chamber) for chamber in state.chambers_of(task_id)
    }
    states = worker_states(
        state, state.chambers_of(task_id), limits_of(context.settings), context.clock()
    )
    rows = [
        _chamber(
            chamber,
            places[chamber.id],
            state.presence.get(chamber.id),
            states[chamber.id],
            unread=unread_mail.get(chamber.id, ()),
            requests=requests.get(chamber.id, ()),
            diff=diffs.get(chamber.id, DiffSummary()),
            agent=agents.get(chamber.name),
        )
        for chamber in state.chambers_of(task_id)
    ]
    live = [row for row in rows if row.state == "live"]
    unread = sum(len(row.unread_interrupts) for row in live)
    finished = [row for row in live if row.worker == "finished"]
    return ParallelStatus(
        task_id=task_id,
        state=task.state,
        phase=task.phase,
        live=len(live),
        finished=len(finished),
        unread=unread,
        chambers=rows,
        next_step=_asking(live)
        + _needing(live)
        + _ailing(live)
        + _held(live)
        + _next_step(task, live, finished)
        + sentence_elsewhere(state.chambers_of(task_id), places),
    )


def _id(chamber: Chamber) -> str:
    return chamber.id


def _diff_of(chamber: Chamber, clone: str) -> DiffSummary:
    if not chamber.is_live:
        return DiffSummary(note=f"the chamber is {chamber.state}")
    if not is_here(chamber, clone):
        return DiffSummary(note="the chamber is in another clone")
    try:
        size = diff_size(Path(chamber.path), chamber.base_commit)
    except OrchestraError as fault:
        return DiffSummary(note=str(fault))
    return DiffSummary(size.files, size.insertions, size.deletions)


def _chamber(
    chamber: Chamber,
    place: ClonePlace,
    reported: Presence | None,
    worker_state: WorkerState,
    *,
    unread: Sequence[Interrupt],
    requests: Sequence[WorkerRequest],
    diff: DiffSummary,
    agent: Agent | None,
) -> ChamberStatus:
    presence = reported or Presence(chamber_id=chamber.id)
    return ChamberStatus(
        name=chamber.name,
        state=chamber.state,
        path=chamber.path,
        branch=chamber.branch,
        worker=presence.state,
        tool=presence.tool,
        detail=presence.detail,
        since=iso_time(presence.since),
        last_message=serializers.in_short(presence.message),
        proven_ready=chamber.is_proven_ready(reported),
        suspended_since=iso_time(chamber.suspended_at),
        agent_id=agent.agent_id if agent else presence.agent_id,
        last_action=agent.last_action if agent else "",
        last_result=serializers.in_short(agent.last_result) if agent else "",
        files_changed=diff.files,
        insertions=diff.insertions,
        deletions=diff.deletions,
        diff_note=diff.note,
        unread_interrupts=[serializers.mail(interrupt) for interrupt in unread],
        note=chamber.note,
        clone=place.name,
        is_here=place.is_here,
        clone_heard_at=iso_time(place.heard_at),
        health=list(chamber.health) if chamber.is_live else [],
        open_requests=[serializers.request(request) for request in requests],
        group=worker_state.group,
        reason=worker_state.reason,
        verdict=chamber.verdict if chamber.is_live else "",
    )


def _latest_agents(state: ProjectState, task_id: str) -> dict[str, Agent]:
    """Return, by chamber name, the agent that recorded the last action."""
    ours = [agent for agent in state.agents.values() if agent.task_id == task_id]
    return {agent.chamber: agent for agent in sorted(ours, key=lambda agent: agent.last_at)}


def _needing(live: Sequence[ChamberStatus]) -> str:
    """Return a sentence on the workers that need somebody, and why; "" for none."""
    needing = [row for row in live if row.group in ("needs-you", "stuck")]
    names = "; ".join(f"{row.name} ({one_line(row.reason, _REASON)})" for row in needing)
    return f"These workers wait for somebody, or are stuck: {names}. " if names else ""


def _ailing(live: Sequence[ChamberStatus]) -> str:
    """Return a sentence that names the chambers with health problems; "" for none."""
    names = ", ".join(row.name for row in live if row.health)
    return f"Something is wrong with {names}: `health` says what, and what to do. " if names else ""


def _held(live: Sequence[ChamberStatus]) -> str:
    """Return a sentence that names finished work not proven by gates; "" for none."""
    names = "; ".join(
        f"{row.name} ({verdict_words(row.verdict)})" for row in live if row.group == "held"
    )
    return f"Not proven yet by the gates, so not ready: {names}. " if names else ""


def _asking(live: Sequence[ChamberStatus]) -> str:
    """Return a sentence that names the chambers whose workers wait for a person; "" for none."""
    names = ", ".join(row.name for row in live if row.open_requests)
    return (
        f"Waiting for the user: {names}; ask the user, and call answer_request. " if names else ""
    )


def _next_step(task: Task, live: Sequence[ChamberStatus], finished: Sequence[ChamberStatus]) -> str:
    if not live:
        return f"No chamber is live and the task is {task.state}; get_task_status shows all of it."
    if len(finished) == len(live):
        return "Every worker has finished: call complete_task with a summary."
    return (
        "Wait for the workers' reports rather than asking again; interrupt_worker reaches one that "
        "goes astray, and complete_task is for when all have ended."
    )
