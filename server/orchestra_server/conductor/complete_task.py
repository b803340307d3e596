"""complete_task: commit, merge and land the work of all chambers, or say what conflicts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.text import MESSAGE_LIMIT, required
from orchestra_server.chambers.conflicts import Conflict
from orchestra_server.chambers.merging import Conflicted
from orchestra_server.chambers.repository import Repository, open_repository
from orchestra_server.conductor import telling
from orchestra_server.conductor.aftermath import show_change
from orchestra_server.conductor.alone import alone_with_chambers, to_its_end
from orchestra_server.conductor.closing import MERGED, put_away, require_here
from orchestra_server.conductor.context import Context, Decision, settle
from orchestra_server.conductor.decisions import tasks as life
from orchestra_server.conductor.half_made import DIED, clear_away, give_up
from orchestra_server.conductor.known import chambers_in, read_task
from orchestra_server.conductor.landing_work import Landed, land_work
from orchestra_server.conductor.replies import CompletedTask, FileConflict

_ENDED = ("completed", "closed")
_CONFLICTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Begun:
    task: Task
    chambers: list[Chamber]  # those that are to be ended

    @property
    def there(self) -> list[Chamber]:
        """The chambers that can hold work."""
        return [one for one in self.chambers if one.state != "creating"]

    @property
    def is_over(self) -> bool:
        """Whether an earlier call has ended the task."""
        return self.task.state in _ENDED


async def complete_task(
    context: Context, *, task_id: str, summary: str, commit_changes: bool = True
) -> CompletedTask:
    """End a task: its work lands in one fast-forward, its chambers go, what is unmerged is saved.

    A conflict is an answer: the task is open again and no checkout has changed. Without
    `commit_changes` nothing is merged: every chamber's work is saved. A task that has ended is
    answered as it ended, and one whose completing broke off is completed. Raises Refused, the task
    being open again, when a hook or the person's own uncommitted work is in the way.
    """
    text = required("summary", summary, MESSAGE_LIMIT)
    return await to_its_end(_complete(context, task_id, text, commit_changes=commit_changes))


async def _complete(
    context: Context, task_id: str, summary: str, *, commit_changes: bool
) -> CompletedTask:
    directory = await _directory(context, task_id)
    repo = await asyncio.to_thread(open_repository, directory)
    async with alone_with_chambers(repo.common_dir):
        begun = await _begin(context, task_id, summary)
        if begun.is_over:
            return await _ended_before(context, begun.task)
        try:
            await _drop_half_made(context, repo, begun)
            landed = await _land(repo, begun, summary, commit_changes=commit_changes)
            if isinstance(landed, Conflicted):
                task = await _reopen(context, task_id)
                await show_change(context, task_id)
                return _conflicted(task, landed.conflicts)
            kept: list[str] = []
            for chamber in begun.there:
                _, away = await put_away(context, repo, begun.task, chamber)
                kept += [chamber.branch] if away.branch_kept else []
        except OrchestraError:
            await _reopen(context, task_id)
            await show_change(context, task_id)
            raise
        commit = landed.commit if landed and (landed.moved or landed.merged) else ""
        task = await _end(context, task_id, completed=commit_changes, landed_commit=commit)
    state = await show_change(context, task_id)
    merged = landed.merged if landed else ()
    return _completed(task, state, merged, kept, again=False)


async def _directory(context: Context, task_id: str) -> Path:
    async def decide(reads: Reads) -> Decision[Path]:
        return Decision(Path((await read_task(reads, task_id)).working_directory))

    return await settle(context.store, decide)


async def _begin(context: Context, task_id: str, summary: str) -> _Begun:
    """Bar the task to everybody who would add to it, and say which chambers there are."""

    async def decide(reads: Reads) -> Decision[_Begun]:
        task = await read_task(reads, task_id)
        if task.state in _ENDED:
            return Decision(_Begun(task, []))
        chambers = await reads.chambers_of(task_id)
        present = [one for one in chambers if one.state in {"creating", "live", "closing"}]
        for one in present:
            require_here(one)
        changed, change = life.completing(
            task, at=context.clock(), actor=context.actor, summary=summary
        )
        return Decision(_Begun(changed, present), change)

    return await settle(context.store, decide)


async def _drop_half_made(context: Context, repo: Repository, begun: _Begun) -> None:
    """Give up chambers that a process left half made; being alone with them, we know it died."""
    half_made = [one for one in begun.chambers if one.state == "creating"]
    if half_made:
        await asyncio.to_thread(clear_away, repo, half_made)
        await give_up(context, half_made, DIED)


async def _land(
    repo: Repository, begun: _Begun, summary: str, *, commit_changes: bool
) -> Landed | Conflicted | None:
    """Land the live chambers' work; one that was closing is merged already, or only to be saved."""
    if not commit_changes:
        return None
    live = [one for one in begun.chambers if one.state == "live"]
    return await asyncio.to_thread(land_work, repo, begun.task, live, summary)


async def _reopen(context: Context, task_id: str) -> Task:
    async def decide(reads: Reads) -> Decision[Task]:
        task = await read_task(reads, task_id)
        changed, change = life.reopened(task, at=context.clock(), actor=context.actor)
        return Decision(changed, change)

    return await settle(context.store, decide)


async def _end(context: Context, task_id: str, *, completed: bool, landed_commit: str) -> Task:
    async def decide(reads: Reads) -> Decision[Task]:
        task = await read_task(reads, task_id)
        changed, change = life.ended(
            task,
            completed=completed,
            landed_commit=landed_commit,
            at=context.clock(),
            actor=context.actor,
        )
        return Decision(changed, change)

    return await settle(context.store, decide)


async def _ended_before(context: Context, task: Task) -> CompletedTask:
    return _completed(task, await context.store.snapshot(), (), [], again=True)


def _completed(
    task: Task,
    state: ProjectState,
    merged: Sequence[str],
    kept: Sequence[str],
    *,
    again: bool,
) -> CompletedTask:
    """Say how it ended; of chambers closed by an earlier attempt, their notes tell."""
    chambers = chambers_in(state, task.id)
    undelivered = telling.undelivered_of(state, task.id)
    told = [one.name for one in chambers if one.state == "closed" and one.note.startswith(MERGED)]
    saved = telling.saved(one for one in chambers if one.state == "closed")
    return CompletedTask(
        task_id=task.id,
        completed=True,
        already_completed=again,
        state=task.state,
        base_branch=task.base_branch,
        landed_commit=task.landed_commit,
        merged=list(dict.fromkeys((*told, *merged))) if task.state == "completed" else [],
        conflicts=[],
        saved=saved,
        kept_branches=list(kept),
        undelivered=undelivered,
        notes=[f"{one.name}: {one.note}" for one in chambers if one.note],
        next_step=_after(task, has_saved=bool(saved), unread=len(undelivered)),
    )


def _after(task: Task, *, has_saved: bool, unread: int) -> str:
    where = task.base_branch or "the checkout's HEAD"
    end = (
        f"The task is completed and its work is on {where}."
        if task.landed_commit
        else f"The task is {task.state}; nothing was landed."
    )
    kept = " restore_chamber brings back what is saved." if has_saved else ""
    mail = f" `undelivered` has {unread} that no worker has read: see whether they mattered."
    return f"{end}{kept}{mail if unread else ''} Tell the user; nothing else is to be done."


def _conflicted(task: Task, conflicts: Sequence[Conflict]) -> CompletedTask:
    shown = conflicts[:_CONFLICTS_SHOWN]
    left_out = len(conflicts) - len(shown)
    return CompletedTask(
        task_id=task.id,
        completed=False,
        already_completed=False,
        state=task.state,
        base_branch=task.base_branch,
        landed_commit="",
        merged=[],
        conflicts=[
            FileConflict(file=one.file, kind=one.kind, between=list(one.between), lines=one.lines)
            for one in shown
        ],
        saved=[],
        kept_branches=[],
        undelivered=[],
        notes=[f"{left_out} more conflicts are not shown"] if left_out else [],
        next_step=_mend(task, shown[0]),
    )


def _mend(task: Task, conflict: Conflict) -> str:
    other, chamber = conflict.between
    known = other if other != "base" else ""
    source = f"orchestra/{task.id}/{known}" if known else (task.base_branch or task.base_commit)
    return (
        f"Nothing was merged and all chambers are as they were. In chamber {chamber!r} have its "
        f"worker run `git merge {source}`, resolve {conflict.file!r} and commit; do the same for "
        "the other conflicts, then call complete_task again."
    )
