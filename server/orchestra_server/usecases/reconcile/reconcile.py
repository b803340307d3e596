"""reconcile: compare and repair, at every start of a server and on request."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as with_changes

from orchestra_core.errors import OrchestraError
from orchestra_core.project import moved_from
from orchestra_core.replies.reconcile import Reconciled, ReconciledDifference
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.clones.claim_documents import claim_documents
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.clones.whereabouts import require_sure
from orchestra_server.usecases.common.after_commit import show_every_task
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.chamber_lock import is_chamber_locked, try_lock_chamber
from orchestra_server.usecases.concurrency.repository_lock import lock_repository, run_shielded
from orchestra_server.usecases.concurrency.task_lock import is_task_locked, try_lock_task
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.health.record_health import refresh_health
from orchestra_server.usecases.reconcile.diagnose import differences
from orchestra_server.usecases.reconcile.difference import Difference
from orchestra_server.usecases.reconcile.observe import look
from orchestra_server.usecases.reconcile.recheck_under_lock import chamber_name, is_as_seen
from orchestra_server.usecases.reconcile.relocate import note_place
from orchestra_server.usecases.reconcile.repair import Case, mend
from orchestra_server.usecases.tasks.former_repository import close_former_tasks, former_tasks

ACTOR = "orchestra"
# A repair can reveal another difference: a worktree found again can then be adopted.
_ROUNDS = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    difference: Difference
    mended: bool = False
    note: str = ""


async def reconcile(context: Context, *, dry_run: bool = False) -> Reconciled:
    """Compare the store, git's worktrees and branches and the disk, and repair what differs.

    It waits for the repository lock, so that a chamber being created is not taken for a half-made
    one. A `dry_run` repairs nothing. Safe to repeat and to interrupt, because each repair is a
    separate step.
    """
    context = with_changes(context, actor=ACTOR)
    outcomes = await run_shielded(_reconcile(context, dry_run=dry_run))
    return Reconciled(
        dry_run=dry_run,
        differences=[_told(outcome) for outcome in outcomes],
        next_step=_next_step(outcomes, dry_run=dry_run),
    )


async def _reconcile(context: Context, *, dry_run: bool) -> list[_Outcome]:
    repo = await asyncio.to_thread(open_repository, context.project.root)
    await register_clone(context.store, context.project)
    require_sure(context)
    outcomes: dict[tuple[str, str], _Outcome] = {}
    async with lock_repository(repo.common_dir, to_look=dry_run):
        await take_in_spool(context.store, repo.common_dir, context.clock)
        if not dry_run:
            await claim_documents(context, repo)
        for task_id in await former_tasks(context, repo):
            outcomes["former task", task_id] = _Outcome(_former(task_id), mended=not dry_run)
        if not dry_run:
            await close_former_tasks(context, repo)
        for _ in range(_ROUNDS):
            seen = await look(context, repo)
            new = [
                difference
                for difference in differences(seen)
                if (difference.name, difference.subject) not in outcomes
            ]
            for difference in new:
                outcome = await _judged(Case(context, repo, seen, difference), dry_run=dry_run)
                if outcome is not None:
                    outcomes[difference.name, difference.subject] = outcome
            if dry_run or not new:
                break
        if not dry_run and not await asyncio.to_thread(moved_from, context.project):
            await asyncio.to_thread(note_place, context.project)
    if not dry_run:
        await _record_state(context, repo, mended=bool(outcomes))
    return list(outcomes.values())


async def _record_state(context: Context, repo: Repository, *, mended: bool) -> None:
    """Record what is still wrong with chambers, and write the JSON files if needed."""
    await refresh_health(context, repo)
    if mended:
        await show_every_task(context)


def _former(task_id: str) -> Difference:
    return Difference(
        "former task",
        task_id,
        f"task {task_id} is of a repository that was at this place and has been deleted",
        "the task is closed, and the names of its chambers are free",
    )


async def _judged(case: Case, *, dry_run: bool) -> _Outcome | None:
    """Repair a difference while no call works on its chamber or task; None if a call came first.

    A call moves a chamber's directory aside while it closes it, so a difference is checked again
    under the lock that the call would hold.
    """
    with _alone(case, dry_run=dry_run) as is_alone:
        if not is_alone or not await is_as_seen(case):
            return None
        return _Outcome(case.difference) if dry_run else await _mended(case)


@contextmanager
def _alone(case: Case, *, dry_run: bool) -> Generator[bool]:
    """Hold the lock of the difference's chamber or task within the block; yield whether it is held.

    A `dry_run` only tells whether the lock is free.
    """
    common_dir, subject = case.repo.common_dir, case.difference.subject
    name = chamber_name(case)
    if name and dry_run:
        yield not is_chamber_locked(common_dir, name)
    elif name:
        with try_lock_chamber(common_dir, name) as is_held:
            yield is_held
    elif subject in case.seen.state.tasks and dry_run:
        yield not is_task_locked(common_dir, subject)
    elif subject in case.seen.state.tasks:
        with try_lock_task(common_dir, subject) as is_held:
            yield is_held
    else:
        yield True


async def _mended(case: Case) -> _Outcome:
    difference = case.difference
    try:
        mended = await mend(case)
    except OrchestraError as fault:
        _log.warning("%s; the repair failed: %s", difference.sentence, fault)
        return _Outcome(difference, note=str(fault))
    _log.info("%s; %s", difference.sentence, difference.mending)
    return _Outcome(difference, mended=mended)


def _told(outcome: _Outcome) -> ReconciledDifference:
    difference = outcome.difference
    return ReconciledDifference(
        name=difference.name,
        subject=difference.subject,
        sentence=difference.sentence,
        mending=difference.mending,
        mended=outcome.mended,
        note=outcome.note,
    )


def _next_step(outcomes: list[_Outcome], *, dry_run: bool) -> str:
    if not outcomes:
        return "The store, git and the disk agree; there is nothing to do."
    if dry_run:
        return "Nothing was changed; without dry_run these are repaired, and nothing is destroyed."
    if all(outcome.mended for outcome in outcomes):
        return "Everything is repaired, and nothing was destroyed."
    return "Whatever is not repaired stays as it is; `note` or `mending` says what to do."
