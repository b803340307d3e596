"""Hands over the work of this clone's chambers to the clone that completes their task."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.errors import OrchestraError, Refused, unavailable
from orchestra_core.models import Chamber, Task
from orchestra_core.store.reads import Reads
from orchestra_core.text import one_line
from orchestra_server.domain.chambers.chamber_lifecycle import together
from orchestra_server.domain.tasks import exchange
from orchestra_server.git.remotes.addresses import read_addresses, remote_at
from orchestra_server.git.remotes.lfs_contents import publish_lfs_contents
from orchestra_server.git.remotes.published_refs import chamber_ref, publish
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.chambers.renamed_branches import follow_branches
from orchestra_server.usecases.clones.whereabouts import task_here
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.completion.checks.confirmation import require_tracked_intended
from orchestra_server.usecases.completion.merge_and_land import commit_chambers
from orchestra_server.usecases.concurrency.task_lock import lock_task
from orchestra_server.usecases.exchange.plan_for_other_clones import common_address

_FAULT_LIMIT = 400  # characters
_log = logging.getLogger(__name__)


async def hand_over(context: Context, task_id: str) -> None:
    """Commit in this clone's chambers of a task, publish their branches, and say so.

    If a chamber's work cannot be committed, for example because a hook refuses it, the answer is
    the reason. The chamber stays live until the clone that completes the task asks to close it.
    """
    task = (await context.store.snapshot()).tasks[task_id]
    local = await task_here(context, task)
    repo = await asyncio.to_thread(open_repository, Path(local.working_directory))
    async with lock_task(repo.common_dir, task_id):
        state = await context.store.snapshot()
        asked = [
            chamber
            for chamber in exchange.chambers_asked_for(state, context.clone)
            if chamber.task_id == task_id
        ]
        if not asked:  # the attempt is over
            return
        task = state.tasks[task_id]
        address = common_address(state, context.clone, task.completing_clone)
        asked = await follow_branches(context, repo, task, asked)
        work = await asyncio.to_thread(_publish, repo, task, asked, address)
        await run_transaction(context.store, lambda reads: _answer(context, reads, task, work))


@dataclass(frozen=True, slots=True)
class _Work:
    """What was published from a chamber, or why nothing was."""

    chamber: Chamber
    commit: str = ""
    address: str = ""
    fault: str = ""


def _publish(
    repo: Repository, task: Task, chambers: Sequence[Chamber], address: str
) -> list[_Work]:
    work = [_committed(repo, task, chamber, address) for chamber in chambers]
    try:
        remote = remote_at(read_addresses(repo), address)
        if not remote:
            raise Refused(
                "this clone no longer shares a remote with the clone that completes the task"
            )
        work = [_with_lfs_contents(repo, remote, chamber_work) for chamber_work in work]
        commits = {
            chamber_ref(task.id, chamber_work.chamber.name): chamber_work.commit
            for chamber_work in work
            if chamber_work.commit
        }
        if commits:
            publish(repo, remote, commits)
    except OrchestraError as fault:
        _log.warning("the chambers of task %s are not handed over: %s", task.id, fault)
        return [
            _Work(chamber_work.chamber, fault=chamber_work.fault or _line(fault))
            for chamber_work in work
        ]
    return work


def _committed(repo: Repository, task: Task, chamber: Chamber, address: str) -> _Work:
    try:
        if not task.confirmed:
            require_tracked_intended(repo, [chamber])
        [branch] = commit_chambers(repo, task, [chamber], task.summary)
    except OrchestraError as fault:
        return _Work(chamber, fault=_line(fault))
    except OSError as fault:
        return _Work(chamber, fault=_line(unavailable(fault)))
    return _Work(chamber, branch.commit, address)


def _with_lfs_contents(repo: Repository, remote: str, work: _Work) -> _Work:
    """Return the work with its LFS contents published: without them it could not be checked out."""
    try:
        if work.commit:
            publish_lfs_contents(repo, remote, work.commit)
    except OrchestraError as fault:
        return _Work(work.chamber, fault=_line(fault))
    return work


def _line(fault: OrchestraError) -> str:
    return one_line(str(fault), _FAULT_LIMIT)


async def _answer(
    context: Context, reads: Reads, task: Task, work: Sequence[_Work]
) -> Decision[None]:
    """Answer the attempt or, if it has ended meanwhile, record only what was published."""
    at, actor = context.clock(), context.actor
    current = await reads.task(task.id)
    is_current = current is not None and current.completing_at == task.completing_at
    changes = list[Change]()
    for chamber_work in work:
        chamber = await reads.chamber(chamber_work.chamber.id)
        commit, address, fault = chamber_work.commit, chamber_work.address, chamber_work.fault
        if chamber is None or not chamber.is_live:
            continue
        if not is_current:
            if commit:
                changes.append(exchange.published(chamber, commit, address, at=at, actor=actor))
        elif fault:
            changes.append(exchange.not_handed_over(chamber, task, fault, at=at, actor=actor))
        else:
            changes.append(exchange.handed_over(chamber, task, commit, address, at=at, actor=actor))
    return Decision(None, together(changes))
