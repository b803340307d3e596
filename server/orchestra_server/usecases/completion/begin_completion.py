"""Begins to complete a task: checks the call, and returns the chambers that it ends."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_core.store.reads import Reads
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs, read_landing
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.worktrees.recent_status import RecentStatus
from orchestra_server.usecases.clones.whereabouts import here_of, task_here
from orchestra_server.usecases.common.lookups import read_task, task_in
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.completion.checks.chosen_chambers import (
    chosen_of,
    passed_over,
    require_chosen,
)
from orchestra_server.usecases.completion.checks.confirmation import holds_in, require_confirmed
from orchestra_server.usecases.completion.checks.other_clones import (
    others_in,
    require_as_planned,
    require_completing_here,
    require_reachable,
)
from orchestra_server.usecases.exchange.bring_here import planned_for_other_clones
from orchestra_server.usecases.exchange.plan_for_other_clones import PlanForOtherClones


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCompletion:
    """The arguments of a call of complete_task."""

    task_id: str
    summary: str
    merge: bool
    partial: bool
    confirmed: bool
    again: bool = False  # gates that have failed are run once more
    only: tuple[str, ...] = ()  # the chambers to land; empty for all


@dataclass(frozen=True, slots=True)
class BegunCompletion:
    """A task that is being completed, with the chambers that this ends."""

    task: Task
    chambers: list[Chamber]  # this clone's that completing ends
    others: list[Chamber] = field(default_factory=list[Chamber])  # live ones of other clones
    passed_over: Mapping[str, str] = field(default_factory=dict[str, str])  # not chosen: why

    @property
    def there(self) -> list[Chamber]:
        """The chambers that can hold work: all but those still being created."""
        return [chamber for chamber in self.chambers if chamber.state != "creating"]

    @property
    def is_over(self) -> bool:
        """Whether an earlier call has ended the task."""
        return self.task.is_over


async def repository_of(context: Context, task_id: str) -> Repository:
    """Return the repository in which the task lands."""
    task = await context.store.read(lambda reads: read_task(reads, task_id))
    local = await task_here(context, task)
    return await asyncio.to_thread(open_repository, Path(local.working_directory))


@dataclass(frozen=True, slots=True)
class Readiness:
    """What to do about other clones, the statuses of this one's chambers, and what was read ahead.

    There are no statuses, and nothing was read, where no confirmation was needed.
    """

    plan: PlanForOtherClones
    statuses: Mapping[Path, RecentStatus] = field(default_factory=dict[Path, RecentStatus])
    inputs: LandingInputs | None = None


async def require_ready(context: Context, repo: Repository, wanted: WantedCompletion) -> Readiness:
    """Return what completing begins with; raises Refused where it may not begin."""
    state = await context.store.snapshot(wanted.task_id)
    task = task_in(state, wanted.task_id)
    if task.is_over:
        return Readiness(PlanForOtherClones())
    await require_completing_here(context, task, confirmed=wanted.confirmed)
    require_chosen(state.chambers_of(task.id), wanted.only, merge=wanted.merge)
    chambers = chosen_of(state.chambers_of(task.id), wanted.only)
    plan = await planned_for_other_clones(context, repo, state, chambers)
    require_reachable(plan, merge=wanted.merge, partial=wanted.partial)
    if wanted.confirmed or not task.is_open:  # an interrupted landing was confirmed before
        return Readiness(plan)
    live = [chamber for chamber in chambers if chamber.is_live]
    holds = [*holds_in(state, live, context.clock()), *(plan.holds if wanted.merge else ())]
    here = here_of(live, context.clone)
    looks = require_confirmed(repo, here, holds)
    if not wanted.merge:
        return Readiness(plan, await looks)
    ahead = asyncio.to_thread(
        read_landing, repo, task.base_branch, [chamber.branch for chamber in here]
    )
    statuses, inputs = await asyncio.gather(looks, ahead, return_exceptions=True)
    if isinstance(statuses, BaseException):
        raise statuses
    return Readiness(plan, statuses, None if isinstance(inputs, BaseException) else inputs)


async def begin_completion(
    context: Context, wanted: WantedCompletion, plan: PlanForOtherClones
) -> BegunCompletion:
    """Mark the task 'completing', so that nobody adds to it, and return its chambers.

    This also asks other clones for the work of its chambers there.
    """
    clone = context.clone

    async def decide(reads: Reads) -> Decision[BegunCompletion]:
        task = await read_task(reads, wanted.task_id)
        if task.is_over:
            return Decision(BegunCompletion(task, []))
        chambers = await reads.chambers_of(task.id)
        await require_completing_here(context, task, confirmed=wanted.confirmed)
        chosen = chosen_of(chambers, wanted.only)
        standing = [chamber for chamber in chosen if chamber.is_standing]
        present = [chamber for chamber in here_of(standing, clone) if not chamber.is_asked_to_close]
        others = others_in(standing, clone)
        require_as_planned(plan, others)
        changed, change = task_lifecycle.completing(
            task,
            at=context.clock(),
            actor=context.actor,
            summary=wanted.summary,
            ending="merge" if wanted.merge else "save",
            clone=clone,
            confirmed=wanted.confirmed,
            chosen=wanted.only,
        )
        rest = passed_over(chambers, wanted.only)
        return Decision(BegunCompletion(changed, present, others, rest), change)

    return await run_transaction(context.store, decide)
