"""complete_task: commit, merge and land the work of all chambers, or say what conflicts."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.store.reads import Reads
from orchestra_core.text import MESSAGE_LIMIT, required
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.process.foreign_programs import brief_programs
from orchestra_server.git.repository.recent_status import RecentStatus
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.repository.upstream import behind_upstream
from orchestra_server.git.repository.writable import require_writable_repository
from orchestra_server.usecases.chambers.close_transaction import close_all
from orchestra_server.usecases.clones.whereabouts import here_of, task_here
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.lookups import read_task, task_in
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.completion import completion_reply
from orchestra_server.usecases.completion.chambers_to_complete import (
    chambers_as_found,
    hear_workers,
    let_creations_end,
    remove_half_made,
)
from orchestra_server.usecases.completion.chosen_chambers import (
    chosen_of,
    passed_over,
    require_chosen,
)
from orchestra_server.usecases.completion.confirmation import (
    holds_in,
    require_confirmed,
    require_intended,
)
from orchestra_server.usecases.completion.dry_run import plan_completion
from orchestra_server.usecases.completion.merge_and_land import (
    PreparedLanding,
    bases_of,
    commit_chambers,
    land_prepared,
    merge_branches,
    naming_what_landed,
)
from orchestra_server.usecases.completion.other_clones import (
    left_out_refusal,
    others_in,
    require_as_planned,
    require_completing_here,
    require_reachable,
)
from orchestra_server.usecases.completion.own_files_kept_out import require_no_own_files
from orchestra_server.usecases.completion.task_changes import announce_landing, end, reopen
from orchestra_server.usecases.concurrency.answer_in_time import answer_in_time, waits_recorded
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.concurrency.repository_lock import (
    lock_landing,
    lock_repository,
    run_shielded,
)
from orchestra_server.usecases.concurrency.task_lock import lock_task
from orchestra_server.usecases.exchange.bring_here import (
    BroughtWork,
    bring_here,
    planned_for_others,
)
from orchestra_server.usecases.exchange.close_for_others import ask_to_close
from orchestra_server.usecases.exchange.plan_for_others import PlanForOthers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    task_id: str
    summary: str
    merge: bool
    partial: bool
    confirmed: bool
    only: tuple[str, ...] = ()  # the chambers to land; empty for all


@dataclass(frozen=True, slots=True)
class _Begun:
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


async def complete_task(
    context: Context,
    *,
    task_id: str,
    summary: str,
    commit_changes: bool = True,
    dry_run: bool = False,
    partial: bool = False,
    confirm: bool = False,
    only: Sequence[str] = (),
) -> CompletedTask:
    """End a task: its work lands in one fast-forward, its chambers close, unmerged work is saved.

    A conflict is a reply, not an error: the task is open again and no checkout has changed. With
    `partial` as many chambers land as can; the others stay live and the task stays open. With
    `only`, the chambers of these names land, and every other one stays as it is. Without
    `commit_changes` nothing is merged: every chamber's work is saved. A `dry_run` changes nothing
    and says what would happen. A task that has already ended gets the reply of its end again, and
    an interrupted completion is finished. Raises Refused, with the task open again, when a hook
    or the user's uncommitted work is in the way. Unless `confirm` is true, it also does so while
    a worker is at work or has critical mail unread, and where odd new files would land.
    Chambers of other clones hand their work over and are closed there (`usecases/exchange/`).
    """
    text = required("summary", summary, MESSAGE_LIMIT)
    wanted = _Wanted(
        task_id=task_id,
        summary=text,
        merge=commit_changes,
        partial=partial,
        confirmed=confirm,
        only=tuple(only),
    )
    if dry_run:
        return await run_shielded(_plan(context, wanted))

    def unfinished(waits_for: str, seconds: float) -> CompletedTask:
        return completion_reply.unfinished(task_id, waits_for, seconds)

    return await answer_in_time(
        f"{context.project.id} {task_id}",
        lambda: _complete(context, wanted),
        announce=waits_recorded(context.store, task_id, context.clock, context.on_wait),
        unfinished=unfinished,
        patience=context.patience,
    )


async def _complete(context: Context, wanted: _Wanted) -> CompletedTask:
    """Commit, merge and land with only this task locked, since hooks may take long.

    Tasks land one at a time. The repository is locked only while half-made chambers are removed;
    closing locks the task's own chambers, so that a hook or filter holds nobody else up.
    """
    repo = await _repository(context, wanted.task_id)
    await asyncio.to_thread(require_writable_repository, repo)
    async with lock_task(repo.common_dir, wanted.task_id):
        await let_creations_end(context, repo, wanted.task_id)
        await hear_workers(context, wanted.task_id, wanted.only)
        plan, recent = await _require_ready(context, repo, wanted)
        async with lock_repository(repo.common_dir):
            begun = await _begin(context, wanted, plan)
            if begun.is_over:
                return await _ended_before(context, begun.task)
            async with _reopened_on_failure(context, wanted):
                await remove_half_made(context, repo, begun.chambers)
                present_chambers = await chambers_as_found(
                    context, repo, begun.task, begun.chambers
                )
                begun = with_changes(begun, chambers=present_chambers)
        async with _reopened_on_failure(context, wanted):
            branches = await _commit(repo, begun, wanted, recent)
            brought = await _bring_here(context, repo, begun, wanted, plan)
        landing = None
        if wanted.merge:
            async with lock_landing(repo.common_dir), _reopened_on_failure(context, wanted):
                landing = await _merge(repo, begun, wanted, branches, brought)
                if landing.moves:
                    await announce_landing(context, begun.task.id, landing)
                    await asyncio.to_thread(land_prepared, repo, begun.task, landing)
        kept_branches = list[str]()
        if landing is None or landing.moves or not landing.conflicts:
            async with _reopened_on_failure(context, wanted):
                kept_branches = await _put_away(context, repo, begun, landing)
                await _ask_others(context, repo, begun, landing)
        return await _end_or_reopen(context, begun, wanted, landing, kept_branches)


async def _ended_before(context: Context, task: Task) -> CompletedTask:
    return completion_reply.completed(task, await context.store.snapshot(task.id), again=True)


async def _end_or_reopen(
    context: Context,
    begun: _Begun,
    wanted: _Wanted,
    landing: PreparedLanding | None,
    kept_branches: Sequence[str],
) -> CompletedTask:
    if landing is None:
        task = await end(context, wanted.task_id, completed=False, landed_commit="")
        return completion_reply.completed(
            task, await show_change(context, task.id), kept_branches=kept_branches
        )
    if landing.conflicts or landing.left_out:
        task = await reopen(context, wanted.task_id)
        state = await show_change(context, task.id)
        onto = task.base_branch or landing.commit
        if landing.moves or landing.left_out:
            return completion_reply.landed_in_part(
                task, state, landing, onto=onto, clone=context.clone
            )
        chambers = [*begun.chambers, *begun.others]
        return completion_reply.conflicted(task, chambers, landing, onto, clone=context.clone)
    landed = landing.commit if landing.moves or landing.order else ""
    task = await end(context, wanted.task_id, completed=True, landed_commit=landed)
    state = await show_change(context, task.id)
    return completion_reply.completed(
        task, state, landing.order, kept_branches, landing.returning, behind=landing.behind
    )


@asynccontextmanager
async def _reopened_on_failure(context: Context, wanted: _Wanted) -> AsyncGenerator[None]:
    """Open the task again if the block fails."""
    try:
        yield
    except (OrchestraError, OSError):
        await reopen(context, wanted.task_id)
        await show_change(context, wanted.task_id)
        raise


async def _plan(context: Context, wanted: _Wanted) -> CompletedTask:
    repo = await _repository(context, wanted.task_id)
    async with lock_repository(repo.common_dir, to_look=True):
        state = await context.store.snapshot(wanted.task_id)
        task = task_in(state, wanted.task_id)
        if task.is_over:
            return completion_reply.completed(task, state, again=True)
        require_chosen(state.chambers_of(task.id), wanted.only, merge=wanted.merge)
        chambers = chosen_of(state.chambers_of(task.id), wanted.only)
        live = [chamber for chamber in chambers if chamber.is_live]
        others = await planned_for_others(context, repo, state, chambers)
        with brief_programs():
            plan = await asyncio.to_thread(
                plan_completion, repo, task, here_of(live, context.clone), others,
                commit=wanted.merge, partial=wanted.partial,
            )  # fmt: skip
        holds = [*holds_in(state, live, context.clock()), *others.holds]
        onto = task.base_branch or await asyncio.to_thread(lambda: repo.head().commit)
    rest = passed_over(state.chambers_of(task.id), wanted.only)
    return completion_reply.planned(
        task, live, plan, holds, onto=onto, clone=context.clone, passed_over=rest
    )


async def _require_ready(
    context: Context, repo: Repository, wanted: _Wanted
) -> tuple[PlanForOthers, dict[Path, RecentStatus]]:
    """Return what to do about other clones, and the statuses of this one's chambers.

    There are no statuses where no confirmation was needed.
    """
    state = await context.store.snapshot(wanted.task_id)
    task = task_in(state, wanted.task_id)
    if task.is_over:
        return PlanForOthers(), {}
    await require_completing_here(context, task, confirmed=wanted.confirmed)
    require_chosen(state.chambers_of(task.id), wanted.only, merge=wanted.merge)
    chambers = chosen_of(state.chambers_of(task.id), wanted.only)
    plan = await planned_for_others(context, repo, state, chambers)
    require_reachable(plan, merge=wanted.merge, partial=wanted.partial)
    if wanted.confirmed or not task.is_open:  # an interrupted landing was confirmed before
        return plan, {}
    live = [chamber for chamber in chambers if chamber.is_live]
    holds = [*holds_in(state, live, context.clock()), *(plan.holds if wanted.merge else ())]
    return plan, await require_confirmed(repo, here_of(live, context.clone), holds)


async def _repository(context: Context, task_id: str) -> Repository:
    task = await context.store.read(lambda reads: read_task(reads, task_id))
    local = await task_here(context, task)
    return await asyncio.to_thread(open_repository, Path(local.working_directory))


async def _begin(context: Context, wanted: _Wanted, plan: PlanForOthers) -> _Begun:
    """Mark the task 'completing', so that nobody adds to it, and return its chambers.

    By that, other clones are asked for the work of its chambers there.
    """
    clone = context.clone

    async def decide(reads: Reads) -> Decision[_Begun]:
        task = await read_task(reads, wanted.task_id)
        if task.is_over:
            return Decision(_Begun(task, []))
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
        )
        rest = passed_over(chambers, wanted.only)
        return Decision(_Begun(changed, present, others, rest), change)

    return await run_transaction(context.store, decide)


async def _commit(
    repo: Repository, begun: _Begun, wanted: _Wanted, recent: Mapping[Path, RecentStatus]
) -> list[ChamberBranch]:
    """Commit in the live chambers; a closing one is already merged, or is only to be saved."""
    if not wanted.merge:
        return []
    live = [chamber for chamber in begun.chambers if chamber.is_live]
    return await asyncio.to_thread(commit_chambers, repo, begun.task, live, wanted.summary, recent)


async def _bring_here(
    context: Context, repo: Repository, begun: _Begun, wanted: _Wanted, plan: PlanForOthers
) -> BroughtWork:
    """Return the work of other clones' chambers; all of it, unless the call lands in part."""
    if not wanted.merge or not begun.others:
        return BroughtWork()
    brought = await bring_here(context, repo, begun.task, plan, wanted.summary)
    if brought.left_out and not wanted.partial:
        raise left_out_refusal(brought.left_out)
    return brought


async def _merge(
    repo: Repository,
    begun: _Begun,
    wanted: _Wanted,
    branches: Sequence[ChamberBranch],
    brought: BroughtWork,
) -> PreparedLanding:
    chambers = [*begun.chambers, *begun.others]
    everything, bases, partial = [*branches, *brought.branches], bases_of(chambers), wanted.partial
    landing = await asyncio.to_thread(
        merge_branches, repo, begun.task, everything, bases, wanted.summary, partial=partial
    )
    rest = begun.passed_over if wanted.partial or not landing.conflicts else dict[str, str]()
    landing = with_changes(landing, left_out={**brought.left_out, **rest})
    checks = [asyncio.to_thread(require_no_own_files, repo, landing, chambers)]
    if not wanted.confirmed:
        checks.append(asyncio.to_thread(require_intended, repo, landing))
    checked = asyncio.gather(*checks, return_exceptions=True)
    behind = await asyncio.to_thread(behind_upstream, repo, begun.task.base_branch)
    for fault in await checked:
        if fault is not None:
            raise fault
    return with_changes(landing, behind=behind)


async def _ask_others(
    context: Context, repo: Repository, begun: _Begun, landing: PreparedLanding | None
) -> None:
    """Ask other clones to close the chambers whose work has landed or is to be saved."""
    ending = [other for other in begun.others if landing is None or other.name in landing.order]
    await ask_to_close(context, repo, ending, landing.commit if landing else "")


async def _put_away(
    context: Context, repo: Repository, begun: _Begun, ready: PreparedLanding | None
) -> list[str]:
    """Close the chambers whose work has landed or is to be saved; return the kept branches."""
    leaving, landed = begun.there, dict[str, str]()
    if ready is not None:
        leaving = [
            chamber
            for chamber in leaving
            if chamber.state == "closing" or chamber.name in ready.order
        ]
        # The original commits of replayed work are nowhere else: closing saves them.
        landed = {name: ready.tips[name] for name in ready.order if name not in ready.returning}
    names = [chamber.name for chamber in leaving]
    with naming_what_landed(begun.task, ready):  # what has landed is not undone
        async with lock_chambers(repo.common_dir, names):
            closed = await close_all(context, repo, begun.task, leaving, landed)
    return [chamber.branch for chamber, work in closed if work.branch_kept]
