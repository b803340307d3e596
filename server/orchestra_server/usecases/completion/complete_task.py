"""complete_task: commit, merge and land the work of all chambers, or say what conflicts."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace as with_changes

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Task
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.text import MESSAGE_LIMIT, required
from orchestra_server.git.repository.writable import require_writable_repository
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion import completion_reply
from orchestra_server.usecases.completion.begin_completion import (
    BegunCompletion,
    WantedCompletion,
    begin_completion,
    repository_of,
    require_ready,
)
from orchestra_server.usecases.completion.chambers_to_complete import (
    chambers_as_found,
    hear_workers,
    let_creations_end,
    remove_half_made,
)
from orchestra_server.usecases.completion.dry_run import plan_without_changes
from orchestra_server.usecases.completion.land_proven import land_proven
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding
from orchestra_server.usecases.completion.prepare_landing import bring_wanted_here, commit_open_work
from orchestra_server.usecases.completion.put_away import ask_others_to_close, put_away
from orchestra_server.usecases.completion.task_changes import end, reopen
from orchestra_server.usecases.concurrency.answer_in_time import answer_in_time, waits_recorded
from orchestra_server.usecases.concurrency.repository_lock import (
    keep_gc_out,
    lock_repository,
    run_shielded,
)
from orchestra_server.usecases.concurrency.task_lock import lock_task


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
    again: bool = False,
) -> CompletedTask:
    """End a task: its work lands in one fast-forward, its chambers close, unmerged work is saved.

    A conflict is a reply, not an error: the task is open again and no checkout has changed. With
    `partial` as many chambers land as can; the others stay live and the task stays open. With
    `only`, the chambers of these names land, and every other one stays as it is. Without
    `commit_changes` nothing is merged: every chamber's work is saved. A `dry_run` changes nothing
    and says what would happen. For a task that has already ended, returns that reply again;
    finishes an interrupted completion. Raises Refused, with the task open again, if a hook or the
    user's uncommitted work prevents it. Unless `confirm` is true, it also does so while a worker is
    at work or has critical mail unread, and where odd new files would land. Chambers of other
    clones hand their work over and are closed there (`usecases/exchange/`). Where a trusted gate is
    configured, exactly the tree that lands has passed it; chambers that fail together are a reply,
    too (`usecases/gates/`). With `again`, gates that are known to fail are run once more.
    """
    text = required("summary", summary, MESSAGE_LIMIT)
    wanted = WantedCompletion(
        task_id=task_id,
        summary=text,
        merge=commit_changes,
        partial=partial,
        confirmed=confirm,
        only=tuple(only),
        again=again,
    )
    if dry_run:
        return await run_shielded(plan_without_changes(context, wanted))

    def unfinished(waits_for: str, seconds: float) -> CompletedTask:
        return completion_reply.unfinished(task_id, waits_for, seconds)

    return await answer_in_time(
        f"{context.project.id} {task_id}",
        lambda: _complete(context, wanted),
        announce=waits_recorded(context.store, task_id, context.clock, context.on_wait),
        unfinished=unfinished,
        patience=context.patience,
    )


async def _complete(context: Context, wanted: WantedCompletion) -> CompletedTask:
    """Commit, merge and land with only this task locked, since hooks may take long.

    Tasks land one at a time. The repository is locked only while half-made chambers are removed;
    closing locks the task's own chambers, so that a hook or filter delays no other task.
    """
    repo = await repository_of(context, wanted.task_id)
    await asyncio.to_thread(require_writable_repository, repo)
    async with lock_task(repo.common_dir, wanted.task_id), AsyncExitStack() as later:
        await let_creations_end(context, repo, wanted.task_id)
        await hear_workers(context, wanted.task_id, wanted.only)
        ready = await require_ready(context, repo, wanted)
        async with lock_repository(repo.common_dir):
            begun = await begin_completion(context, wanted, ready.plan)
            if begun.is_over:
                return await _ended_before(context, begun.task)
            async with _reopened_on_failure(context, wanted):
                await remove_half_made(context, repo, begun.chambers)
                present_chambers = await chambers_as_found(
                    context, repo, begun.task, begun.chambers
                )
                begun = with_changes(begun, chambers=present_chambers)
        async with _reopened_on_failure(context, wanted):
            async with keep_gc_out(repo.common_dir):
                branches = await commit_open_work(repo, begun, wanted, ready.statuses)
            brought = await bring_wanted_here(context, repo, begun, wanted, ready.plan)
        landing = None
        if wanted.merge:
            async with _reopened_on_failure(context, wanted):
                landing = await land_proven(
                    context, repo, begun, wanted,
                    branches=branches, brought=brought, inputs=ready.inputs, later=later,
                )  # fmt: skip
        kept_branches = list[str]()
        half_closed = any(chamber.state == "closing" for chamber in begun.there)  # by a killed call
        lands = landing is None or landing.moves or not (landing.conflicts or landing.red)
        if lands or half_closed:
            async with _reopened_on_failure(context, wanted):
                async with keep_gc_out(repo.common_dir):
                    kept_branches = await put_away(context, repo, begun, landing)
                await ask_others_to_close(context, repo, begun, landing)
        return await _end_or_reopen(context, begun, wanted, landing, kept_branches)


async def _ended_before(context: Context, task: Task) -> CompletedTask:
    return completion_reply.completed(task, await context.store.snapshot(task.id), again=True)


async def _end_or_reopen(
    context: Context,
    begun: BegunCompletion,
    wanted: WantedCompletion,
    landing: PreparedLanding | None,
    kept_branches: Sequence[str],
) -> CompletedTask:
    if landing is None:
        task = await end(context, wanted.task_id, completed=False, landed_commit="")
        return completion_reply.completed(
            task, await show_change(context, task.id), kept_branches=kept_branches
        )
    if landing.conflicts or landing.left_out or landing.red:
        task = await reopen(context, wanted.task_id)
        state = await show_change(context, task.id)
        onto = task.base_branch or landing.commit
        if landing.red and not landing.moves:
            return completion_reply.failing(task, landing)
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
        task, state, landing.order, kept_branches, landing.returning, remarks=landing.remarks
    )


@asynccontextmanager
async def _reopened_on_failure(context: Context, wanted: WantedCompletion) -> AsyncGenerator[None]:
    """Open the task again if the block fails."""
    try:
        yield
    except (OrchestraError, OSError):
        await reopen(context, wanted.task_id)
        await show_change(context, wanted.task_id)
        raise
