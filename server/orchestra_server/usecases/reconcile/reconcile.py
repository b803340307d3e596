"""reconcile: compare and repair, at every start of a server and on request."""

import asyncio
import logging
from dataclasses import dataclass
from dataclasses import replace as with_changes

from orchestra_core.errors import OrchestraError
from orchestra_core.replies.reconcile import Reconciled, ReconciledDifference
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.clones.claim_documents import claim_documents
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.clones.whereabouts import require_sure
from orchestra_server.usecases.common.after_commit import show_every_task
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.chamber_lock import try_lock_chamber
from orchestra_server.usecases.concurrency.repository_lock import lock_repository, run_shielded
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.health.record_health import refresh_health
from orchestra_server.usecases.reconcile.diagnose import differences
from orchestra_server.usecases.reconcile.difference import Difference
from orchestra_server.usecases.reconcile.observe import look
from orchestra_server.usecases.reconcile.relocate import moved_from, note_place
from orchestra_server.usecases.reconcile.repair import Case, mend
from orchestra_server.usecases.tasks.former_repository import close_former_tasks, former_tasks

ACTOR = "orchestra"
# A repair can reveal another difference: a worktree that is found again can then be adopted.
_ROUNDS = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    difference: Difference
    mended: bool = False
    note: str = ""


async def reconcile(context: Context, *, dry_run: bool = False) -> Reconciled:
    """Compare the store, git's worktrees and branches and the disk, and repair what differs.

    It waits for the repository's lock, so that a chamber being created is not taken for a
    half-made one. A `dry_run` repairs nothing. Safe to repeat and to interrupt: each repair is a
    step of its own.
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
                case = Case(context, repo, seen, difference)
                outcome = _Outcome(difference) if dry_run else await _mended_alone(case)
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
    """Record what is still wrong with chambers, and write the JSON files where needed."""
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


async def _mended_alone(case: Case) -> _Outcome | None:
    """Repair a difference while no call works on its chamber; None if a call came first."""
    seen = case.seen.state.chambers.get(case.difference.subject)
    if seen is None:
        return await _mended(case)
    with try_lock_chamber(case.repo.common_dir, seen.name) as is_alone:
        now = (await case.context.store.snapshot()).chambers.get(seen.id)
        return await _mended(case) if is_alone and now == seen else None


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
        return "The store, git and the disk agree; nothing is to be done."
    if dry_run:
        return "Nothing was changed; without dry_run these are repaired, and nothing is destroyed."
    if all(outcome.mended for outcome in outcomes):
        return "Everything is repaired, and nothing was destroyed."
    return "Whatever is not repaired stays as it is; `note` or `mending` says what to do."
