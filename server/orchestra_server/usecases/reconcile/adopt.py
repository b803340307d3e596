"""Records a worktree that the store does not know, or knows at another path."""

import asyncio
from contextlib import suppress
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.names import lock_reason, split_branch
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.git.repository.repository import Head, Repository
from orchestra_server.git.worktrees.add_and_list import Worktree
from orchestra_server.git.worktrees.relink import lock_worktree
from orchestra_server.usecases.chambers.provision import provision_chambers
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.gates.prepare_chambers import unprepared_note, with_ports
from orchestra_server.usecases.reconcile.recovered_records import recovered_chamber, recovered_task


async def adopt(context: Context, repo: Repository, tree: Worktree) -> bool:
    """Record a worktree as a live chamber, and its task too if the store does not know it.

    Return False if another chamber now holds the name. The task's request is lost with its record,
    as the new description says.
    """
    named = split_branch(tree.branch)
    if named is None:
        return False
    task_id, name = named
    start = await asyncio.to_thread(_start_of, repo, tree)
    clone = context.clone
    note = await asyncio.to_thread(unprepared_note, context, repo, "found by reconcile")

    async def decide(reads: Reads) -> Decision[tuple[Task, Chamber] | None]:
        now = context.clock()
        task = await reads.task(task_id)
        if await reads.claim(name) or (task is not None and not task.is_open):
            return Decision(None)
        chamber = recovered_chamber(
            task_id, name, path=tree.path, base=start.commit, clone=clone, now=now, note=note
        )
        with suppress(Refused):  # the range is used up: it is adopted anyway
            [chamber] = await with_ports(reads, context.project.main_checkout, [chamber])
        change = chamber_lifecycle.adopted(chamber, at=now, actor=context.actor)
        if task is None:
            task = recovered_task(
                task_id, repo.top, start, clone=clone, at=now, actor=context.actor
            )
            change = task_lifecycle.both(task_lifecycle.started(task), change)
        return Decision((task, chamber), change)

    adopted = await run_transaction(context.store, decide)
    if adopted is None:
        return False
    task, chamber = adopted
    await asyncio.to_thread(provision_chambers, context, repo, task, [chamber])
    if not tree.locked_reason:
        reason = lock_reason(task_id, name)
        await asyncio.to_thread(lock_worktree, repo, tree.path, reason)
    return True


def _start_of(repo: Repository, tree: Worktree) -> Head:
    """Return the checked-out branch, and the commit at which the worktree's branch left it."""
    head = repo.head()
    fork = repo.run("merge-base", head.commit, tree.commit)
    return Head(head.branch, fork.out.strip() or tree.commit)


async def follow(
    context: Context, repo: Repository, task: Task, chamber: Chamber, path: Path
) -> None:
    """Record that a chamber, perhaps with its whole checkout, has moved."""
    is_own = task.clone in {"", context.clone}  # for another clone's task it is always gone
    gone = is_own and await asyncio.to_thread(_is_gone, task.working_directory)
    own_place = path.parts[-3:-1] == (".claude", "worktrees")
    directory = str(path.parents[2] if own_place else repo.top)

    async def decide(reads: Reads) -> Decision[tuple[Task, Chamber] | None]:
        current, owner = await reads.chamber(chamber.id), await reads.task(task.id)
        if current is None or owner is None or not current.is_live:
            return Decision(None)
        at, actor = context.clock(), context.actor
        changed, change = chamber_lifecycle.moved(current, path=str(path), at=at, actor=actor)
        if gone and owner.working_directory == task.working_directory:
            owner, task_change = task_lifecycle.moved(
                owner, directory=directory, at=at, actor=actor
            )
            change = task_lifecycle.both(task_change, change)
        return Decision((owner, changed), change)

    followed = await run_transaction(context.store, decide)
    if followed is not None:
        await asyncio.to_thread(provision_chambers, context, repo, followed[0], [followed[1]])


def _is_gone(directory: str) -> bool:
    return not Path(directory).exists()
