"""Brings the work of other clones' chambers here: asks those clones for it, and fetches it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, Snapshot, Update
from orchestra_core.text import one_line
from orchestra_server.domain.tasks.exchange import has_answered
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.merge.write_commits import commit_writer
from orchestra_server.git.process.foreign_programs import tell_wait
from orchestra_server.git.remotes.addresses import read_addresses
from orchestra_server.git.remotes.published_refs import chamber_ref, fetch
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.ephemeral_commit import is_ephemeral
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.exchange.plan_for_other_clones import (
    PlanForOtherClones,
    plan_for_other_clones,
)

_LOOK_SECONDS = 1.0
_SUBJECT_LIMIT = 60


@dataclass(frozen=True, slots=True)
class BroughtWork:
    """The branches that came here, and why the others did not, by chamber name."""

    branches: list[ChamberBranch] = field(default_factory=list[ChamberBranch])
    left_out: dict[str, str] = field(default_factory=dict[str, str])


async def planned_for_other_clones(
    context: Context, repo: Repository, state: ProjectState, chambers: Iterable[Chamber]
) -> PlanForOtherClones:
    """Return the plan for the chambers that belong to other clones."""
    others = [chamber for chamber in chambers if chamber.clone != context.clone]
    if not others:
        return PlanForOtherClones()
    addresses = await asyncio.to_thread(read_addresses, repo)
    return plan_for_other_clones(state, addresses, context.clone, others, context.clock())


async def bring_here(
    context: Context,
    repo: Repository,
    task: Task,
    plan: PlanForOtherClones,
    summary: str,
) -> BroughtWork:
    """Return the work of the plan's chambers as branches of this repository.

    The completing task asks the other clones: each clone on duty commits uncommitted work, as this
    clone does, publishes it and answers. Raises Refused if the caller gives up.
    """
    brought = BroughtWork(left_out=dict(plan.left_out))
    if not plan.chambers:
        return brought
    answers = await _answers(context, task, plan)
    chambers_to_fetch = list[Chamber](plan.as_published)
    for chamber in plan.asked:
        answer = answers.get(chamber.id)
        if answer is None:
            brought.left_out[chamber.name] = (
                f"is in {plan.places[chamber.name]}, which has not handed its work over within "
                f"{plan.seconds:.0f} s; call again"
            )
        elif answer.handover_fault:
            where = plan.places[chamber.name]
            brought.left_out[chamber.name] = (
                f"is in {where}, which cannot hand its work over: {answer.handover_fault}"
            )
        else:
            chambers_to_fetch.append(answer)
    branches = await asyncio.to_thread(
        fetch_published, repo, plan, chambers_to_fetch, brought.left_out
    )
    finished = await asyncio.to_thread(_with_message, repo, task, branches, summary)
    brought.branches.extend(finished)
    return brought


def fetch_published(
    repo: Repository,
    plan: PlanForOtherClones,
    chambers: Sequence[Chamber],
    left_out: dict[str, str],
) -> list[ChamberBranch]:
    """Fetch what the chambers have published; add missing ones to `left_out`. Blocking.

    A commit counts only if the chamber's document names it.
    """
    by_remote: dict[str, list[Chamber]] = defaultdict(list)
    for chamber in chambers:
        by_remote[plan.remote_of(chamber)].append(chamber)
    branches = list[ChamberBranch]()
    for remote, published in by_remote.items():
        if not remote:
            left_out |= {chamber.name: _on_unknown_remote(plan, chamber) for chamber in published}
            continue
        refs = {chamber.name: chamber_ref(chamber.task_id, chamber.name) for chamber in published}
        try:
            commits = fetch(repo, remote, refs.values())
        except OrchestraError as fault:
            left_out |= {chamber.name: f"cannot be brought here: {fault}" for chamber in published}
            continue
        for chamber in published:
            if commits.get(refs[chamber.name]) == chamber.published:
                branches.append(ChamberBranch(chamber.name, chamber.published))
            else:
                left_out[chamber.name] = (
                    f"is in {plan.places[chamber.name]}, but what it published is not on the "
                    f"remote {remote}; call again"
                )
    return branches


def _on_unknown_remote(plan: PlanForOtherClones, chamber: Chamber) -> str:
    return (
        f"is in {plan.places[chamber.name]}, which published it on {chamber.published_on}; this "
        "clone has no such remote: add it with 'git remote add' and call again"
    )


async def _answers(context: Context, task: Task, plan: PlanForOtherClones) -> Mapping[str, Chamber]:
    """Return the documents of the chambers that answered in time, by id."""
    waiting, seconds = {chamber.id for chamber in plan.asked}, plan.seconds
    answered = dict[str, Chamber]()
    if not waiting:
        return answered
    names = ", ".join(dict.fromkeys(plan.places[chamber.name] for chamber in plan.asked))

    async def listen() -> None:
        async with aclosing(_states(context)) as states:
            async for state in states:
                for chamber_id in waiting - answered.keys():
                    chamber = state.chambers.get(chamber_id)
                    if chamber is not None and has_answered(chamber, task):
                        answered[chamber_id] = chamber
                if waiting == answered.keys():
                    return

    listening, begun = asyncio.ensure_future(listen()), time.monotonic()
    try:
        while not listening.done() and (passed := time.monotonic() - begun) < seconds:
            if not tell_wait(f"{names} to hand over its chambers' work", passed):
                raise Refused("completing was cancelled; nothing has landed")
            await asyncio.wait({listening}, timeout=min(_LOOK_SECONDS, seconds - passed))
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return answered


async def _states(context: Context) -> AsyncGenerator[ProjectState, None]:
    """Yield the state now and after each change."""
    state = ProjectState()
    async with aclosing(context.store.follow()) as updates:
        async for update in updates:
            state = _updated(state, update)
            yield state


def _updated(state: ProjectState, update: Update) -> ProjectState:
    match update:
        case Snapshot(state=whole):
            return whole
        case Arrived(events=events):
            for event in events:
                state.apply(event)
        case _:
            pass
    return state


def _with_message(
    repo: Repository, task: Task, branches: Sequence[ChamberBranch], summary: str
) -> list[ChamberBranch]:
    """Commit again, in the user's name, work that was published uncommitted."""
    finished = list[ChamberBranch]()
    with commit_writer(repo, trial=False) as writer:
        for branch in branches:
            commit = branch.commit
            if is_ephemeral(repo, commit):
                subject = one_line(f"{branch.chamber}: {summary}", _SUBJECT_LIMIT)
                tree, parent = (
                    repo.git("rev-parse", f"{commit}{suffix}").strip()
                    for suffix in ("^{tree}", "^")
                )
                message = f"{subject}\n\nOrchestra-Task: {task.id}\n"
                commit = writer.write(tree, [parent], message)
            finished.append(ChamberBranch(branch.chamber, commit))
    return finished
