"""Repairs one difference at a time; saves a worker's work before it removes anything."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.errors import Unavailable
from orchestra_core.models import Chamber, Task
from orchestra_core.names import lock_reason, saved_ref
from orchestra_core.store.damage import find_damage, mend_damage
from orchestra_core.store.reads import Reads
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.files.chamber.chamber_files import remove_provisions
from orchestra_server.files.chamber.mailbox import post, withdraw
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.merge.held_merge import release_merge
from orchestra_server.git.process.git_processes import wait_for_git_processes
from orchestra_server.git.repository.is_merged import is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.writable import require_writable
from orchestra_server.git.saves.remove_saved_worktree import delete_branch, remove_worktree
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.saves.save_format import is_state_saved
from orchestra_server.git.saves.save_submodules import are_submodules_saved
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.worktrees.relink import (
    lock_worktree,
    register_worktree_again,
    relink_worktree,
)
from orchestra_server.git.worktrees.stale_locks import move_stale_lock
from orchestra_server.usecases.chambers.close_transaction import close_one
from orchestra_server.usecases.chambers.late_files import put_late_files_away
from orchestra_server.usecases.chambers.provision import provision_chambers
from orchestra_server.usecases.chambers.renamed_branches import follow_branches
from orchestra_server.usecases.chambers.rollback import MAKER_DIED, record_failure, remove_remains
from orchestra_server.usecases.chambers.save_and_remove import ignored_files_to_save
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.completion.checks.other_clones import others_in
from orchestra_server.usecases.delivery.deliver import deliver_mail
from orchestra_server.usecases.exchange.close_across_clones import ask_to_close, finish_asked
from orchestra_server.usecases.reconcile.adopt import adopt, follow
from orchestra_server.usecases.reconcile.difference import Difference, Name
from orchestra_server.usecases.reconcile.observation import Observation
from orchestra_server.usecases.reconcile.relocate import follow_repository

_GIT_SECONDS = 10  # seconds to wait for a git that outlived its parent


@dataclass(frozen=True, slots=True)
class Case:
    """A difference with everything its repair needs."""

    context: Context
    repo: Repository
    seen: Observation
    difference: Difference

    @property
    def chamber(self) -> Chamber:
        """The chamber that the difference is about."""
        return self.seen.state.chambers[self.difference.subject]

    @property
    def task(self) -> Task:
        """The task that the difference is about, or its chamber's task."""
        tasks = self.seen.state.tasks
        return tasks.get(self.difference.subject) or tasks[self.chamber.task_id]


async def mend(case: Case) -> bool:
    """Repair one difference; False if it is left to the user. Raises OrchestraError."""
    return await _REPAIRS[case.difference.name](case)


async def _remove_half_made_chamber(case: Case) -> bool:
    path = Path(case.chamber.path)
    await asyncio.to_thread(wait_for_git_processes, [path], _GIT_SECONDS)
    note = await asyncio.to_thread(_save_if_worked_in, case, path)
    await asyncio.to_thread(remove_remains, case.repo, [case.chamber])
    await record_failure(case.context, [case.chamber], f"{MAKER_DIED}{note}")
    return True


def _save_if_worked_in(case: Case, path: Path) -> str:
    """Save the work in a half-made chamber with a complete worktree: it may have been used."""
    if not (path / HOOK_SETTINGS).exists() or not (path / ".git").exists():
        return ""
    chamber = case.chamber
    ref = saved_ref(chamber.task_id, chamber.name, case.context.clock())
    saved = save_work(
        case.repo, path, ref, f"Half-made chamber {chamber.name}", chamber.base_commit
    )
    return f"; what was in it is saved under {ref}" if saved else ""


async def _finish_closing(case: Case) -> bool:
    await asyncio.to_thread(wait_for_git_processes, [Path(case.chamber.path)], _GIT_SECONDS)
    if case.chamber.landed:
        await finish_asked(case.context, case.repo, case.task, case.chamber)
    else:
        await close_one(case.context, case.repo, case.task, case.chamber)
    return True


async def _finish_completing(case: Case) -> bool:
    """Finish a task that has landed or was only to be saved; reopen any other."""
    context, task = case.context, case.task
    state = await context.store.snapshot()
    chambers = [chamber for chamber in state.chambers_of(task.id) if chamber.holds_work]
    own = [chamber for chamber in here_of(chambers, context.clone) if not chamber.is_asked_to_close]
    others = others_in(chambers, context.clone)
    with_work = [*own, *others]
    saving = task.ending == "save"
    leaving = (
        with_work
        if saving
        else [chamber for chamber in with_work if chamber.name in task.landing]
        if task.id in case.seen.landed
        else []
    )
    for chamber in leaving:
        if chamber in own:
            await close_one(context, case.repo, task, chamber)
    leaving_others = [chamber for chamber in others if chamber in leaving]
    landed = "" if saving else task.landed_commit
    await ask_to_close(context, case.repo, leaving_others, landed)
    finished = (saving or task.id in case.seen.landed) and len(leaving) == len(with_work)
    await asyncio.to_thread(release_merge, case.repo, task.id)

    async def decide(reads: Reads) -> Decision[None]:
        current = await reads.task(task.id)
        if current is None or not current.is_completing:
            return Decision(None)
        at, actor = context.clock(), context.actor
        if finished:
            landed = "" if saving else current.landed_commit
            ended = task_lifecycle.ended(
                current, completed=not saving, landed_commit=landed, at=at, actor=actor
            )
            return Decision(None, ended[1])
        return Decision(None, task_lifecycle.reopened(current, at=at, actor=actor)[1])

    await run_transaction(context.store, decide)
    return True


async def _remove_half_restored_worktree(case: Case) -> bool:
    await asyncio.to_thread(_save_and_remove_worktree, case)
    return True


def _save_and_remove_worktree(case: Case) -> None:
    """Remove the worktree of a closed chamber; its saved work is kept, and new work is saved."""
    chamber, repo = case.chamber, case.repo
    path = Path(chamber.path)
    ignored = ignored_files_to_save(repo)
    base = f"refs/heads/{case.task.base_branch}" if case.task.base_branch else "HEAD"
    tip = repo.resolve(f"refs/heads/{chamber.branch}")
    saved = False
    if path.exists():
        wait_for_git_processes([path], _GIT_SECONDS)
        saved = are_submodules_saved(repo, path, ignored) and is_state_saved(
            repo, read_state(path, ignored=ignored)
        )
        if not saved:
            ref = saved_ref(chamber.task_id, chamber.name, case.context.clock())
            message = f"Half-restored chamber {chamber.name}"
            save = save_work(
                repo,
                path,
                ref,
                message,
                merged_into=base,
                own_branch=chamber.branch,
                ignored=ignored,
            )
            saved = save is not None and save.tip == tip
    remove_worktree(repo, path, ignored)
    remove_provisions(path)
    if saved or is_merged(repo, tip, repo.resolve(base)):
        delete_branch(repo, chamber.branch, tip)


async def _leave_to_people(_case: Case) -> bool:
    return False


async def _save_late_files(case: Case) -> bool:
    await put_late_files_away(case.context, case.repo, [Path(case.chamber.path)])
    return True


async def _follow_renamed_branch(case: Case) -> bool:
    [chamber] = await follow_branches(case.context, case.repo, case.task, [case.chamber])
    return await _provision(case, chamber)


async def _restore_hook(case: Case) -> bool:
    return await _provision(case, case.chamber)


async def _provision(case: Case, chamber: Chamber) -> bool:
    """Rewrite the hook, settings and briefing of a live chamber."""
    live_chambers = [
        chamber for chamber in case.seen.state.chambers_of(chamber.task_id) if chamber.is_live
    ]
    siblings = [sibling for sibling in live_chambers if sibling.id != chamber.id]
    await asyncio.to_thread(
        provision_chambers, case.context, case.repo, case.task, [chamber], siblings=siblings
    )
    return True


async def _register_forgotten_worktree(case: Case) -> bool:
    chamber = case.chamber
    reason = lock_reason(chamber.task_id, chamber.name)
    await asyncio.to_thread(
        register_worktree_again, case.repo, Path(chamber.path), chamber.branch, reason
    )
    return True


async def _follow_moved_repository(case: Case) -> bool:
    old_top = Path(case.difference.subject)
    await follow_repository(case.context, case.repo, case.seen.state, old_top)
    return True


async def _restore_link(case: Case) -> bool:
    return await asyncio.to_thread(relink_worktree, case.repo, Path(case.chamber.path))


async def _relink_moved_worktree(case: Case) -> bool:
    return await asyncio.to_thread(relink_worktree, case.repo, Path(case.difference.subject))


async def _lock_worktree(case: Case) -> bool:
    chamber = case.chamber
    reason = lock_reason(chamber.task_id, chamber.name)
    await asyncio.to_thread(lock_worktree, case.repo, Path(chamber.path), reason)
    return True


async def _move_stale_lock(case: Case) -> bool:
    await asyncio.to_thread(move_stale_lock, case.repo, Path(case.difference.subject))
    return True


async def _free_stale_claim(case: Case) -> bool:
    name = case.difference.subject

    async def decide(reads: Reads) -> Decision[bool]:
        holder = await reads.claim(name)
        chamber, task = await reads.chamber(holder), await reads.task(holder)
        holds = (chamber is not None and chamber.is_standing) or (
            task is not None and not task.is_over
        )
        if not holder or holds:
            return Decision(answer=False)
        return Decision(answer=True, change=task_lifecycle.given_back(name, holder))

    return await run_transaction(case.context.store, decide)


async def _hold_lost_claim(case: Case) -> bool:
    """Give a claim back to the chamber or task that needs it, unless another holds it now."""
    name = case.difference.subject
    holder, *others = case.seen.lost_claims[name]
    if others:
        return False

    async def decide(reads: Reads) -> Decision[bool]:
        chamber, task = await reads.chamber(holder), await reads.task(holder)
        needs_it = (chamber is not None and chamber.is_standing) or (
            task is not None and not task.is_over
        )
        if not needs_it or await reads.claim(name):
            return Decision(answer=False)
        return Decision(answer=True, change=Change(events=(), claims={name: holder}))

    return await run_transaction(case.context.store, decide)


async def _mend_store(case: Case) -> bool:
    """Repair what the store itself has lost; this comes before everything else."""
    damages = await find_damage(case.context.store)
    here = [damage for damage in damages if damage.subject == case.difference.subject]
    return all([await mend_damage(case.context.store, damage) for damage in here])


async def _delete_orphan_branch(case: Case) -> bool:
    branch = case.difference.subject
    if branch not in case.seen.settled:
        return False
    seen_at = case.seen.branches[branch]
    return await asyncio.to_thread(delete_branch, case.repo, branch, seen_at)


async def _deliver_mail(case: Case) -> bool:
    store = case.context.store
    await asyncio.to_thread(require_writable, Path(case.chamber.path))
    await deliver_mail(
        store,
        await store.snapshot(),
        case.context.clock,
        case.context.clone,
        case.context.project.git_dir,
    )
    interrupts = (await store.snapshot()).interrupts.values()
    if any(mail.state == "sent" for mail in interrupts if mail.chamber_id == case.chamber.id):
        raise Unavailable(
            f"the mailbox in {case.chamber.path} cannot be written; make sure that the disk has "
            "space"
        )
    return True


async def _post_lost_mail(case: Case) -> bool:
    # In its current state: its receipt may have been taken in since the chamber was observed.
    interrupts = (await case.context.store.snapshot()).interrupts.values()
    mail = [
        interrupt
        for interrupt in interrupts
        if interrupt.chamber_id == case.chamber.id and interrupt.state == "posted"
    ]
    await asyncio.to_thread(
        post, Path(case.chamber.path), sorted(mail, key=lambda interrupt: interrupt.sent_at)
    )
    return True


async def _withdraw_leftover_mail(case: Case) -> bool:
    over = [
        interrupt.id
        for interrupt in case.seen.state.interrupts.values()
        if interrupt.chamber_id == case.chamber.id and interrupt.is_over
    ]
    await asyncio.to_thread(withdraw, Path(case.chamber.path), case.chamber.name, over)
    return True


async def _adopt_worktree(case: Case) -> bool:
    tree = next(tree for tree in case.seen.trees if str(tree.path) == case.difference.subject)
    return await adopt(case.context, case.repo, tree)


async def _follow_moved_chamber(case: Case) -> bool:
    tree = next(
        tree for tree in case.seen.trees if tree.branch == case.chamber.branch and not tree.gone
    )
    await follow(case.context, case.repo, case.task, case.chamber, tree.path)
    return True


_REPAIRS: dict[Name, Callable[[Case], Awaitable[bool]]] = {
    "half-made chamber": _remove_half_made_chamber,
    "unfinished closing": _finish_closing,
    "unfinished completing": _finish_completing,
    "half-restored chamber": _remove_half_restored_worktree,
    "deleted directory": _finish_closing,
    "unknown chamber": _leave_to_people,
    "linked directory": _leave_to_people,
    "late files": _save_late_files,
    "late repository": _leave_to_people,
    "other branch": _leave_to_people,
    "moved repository": _follow_moved_repository,
    "moved worktree": _relink_moved_worktree,
    "moved chamber": _follow_moved_chamber,
    "renamed branch": _follow_renamed_branch,
    "forgotten worktree": _register_forgotten_worktree,
    "lost link": _restore_link,
    "unlocked worktree": _lock_worktree,
    "lost hook": _restore_hook,
    "outdated hook": _restore_hook,
    "orphan worktree": _adopt_worktree,
    "orphan branch": _delete_orphan_branch,
    "stale lock": _move_stale_lock,
    "stale claim": _free_stale_claim,
    "unread receipts": _deliver_mail,
    "unposted mail": _deliver_mail,
    "lost mail": _post_lost_mail,
    "leftover mail": _withdraw_leftover_mail,
    "lost claim": _hold_lost_claim,
    "lost counter": _mend_store,
    "lost history": _mend_store,
    "lost documents": _mend_store,
    "unreadable document": _mend_store,
}
