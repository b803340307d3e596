"""Mends one difference at a time; whatever a worker made is saved before anything goes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_core.names import saved_ref
from orchestra_core.store.reads import Reads
from orchestra_server.domain import task_lifecycle as life
from orchestra_server.files.chamber.chamber_files import remove_provisions
from orchestra_server.files.chamber.mailbox import post, withdraw
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.process.git_processes import wait_for_git_processes
from orchestra_server.git.repository.is_merged import is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.remove_saved_worktree import delete_branch, remove_worktree
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.saves.save_format import is_state_saved
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.worktrees.relink import (
    lock_worktree,
    register_worktree_again,
    relink_worktree,
)
from orchestra_server.git.worktrees.stale_locks import move_stale_lock
from orchestra_server.usecases.chambers.close_transaction import close_one
from orchestra_server.usecases.chambers.provision import provision_chambers
from orchestra_server.usecases.chambers.renamed_branches import follow_branches
from orchestra_server.usecases.chambers.rollback import MAKER_DIED, record_failure, remove_remains
from orchestra_server.usecases.chambers.save_and_remove import ignored_files_to_save
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.delivery.deliver import deliver_mail
from orchestra_server.usecases.reconcile.adopt import adopt, follow
from orchestra_server.usecases.reconcile.diagnose import Difference, Name
from orchestra_server.usecases.reconcile.observation import Observed
from orchestra_server.usecases.reconcile.relocate import follow_repository

_GIT_SECONDS = 10  # for a git that outlived the process it was started by


@dataclass(frozen=True, slots=True)
class Case:
    """One difference with everything its mending needs."""

    context: Context
    repo: Repository
    seen: Observed
    difference: Difference

    @property
    def room(self) -> Chamber:
        """The chamber that the difference is about."""
        return self.seen.state.chambers[self.difference.subject]

    @property
    def task(self) -> Task:
        """The task that it is about, or its chamber's."""
        tasks = self.seen.state.tasks
        return tasks.get(self.difference.subject) or tasks[self.room.task_id]


async def mend(case: Case) -> bool:
    """Mend one difference; False when it is left to people. Raises OrchestraError."""
    return await _MENDINGS[case.difference.name](case)


async def _half_made(case: Case) -> bool:
    path = Path(case.room.path)
    await asyncio.to_thread(wait_for_git_processes, [path], _GIT_SECONDS)
    note = await asyncio.to_thread(_save_if_worked_in, case, path)
    await asyncio.to_thread(remove_remains, case.repo, [case.room])
    await record_failure(case.context, [case.room], f"{MAKER_DIED}{note}")
    return True


def _save_if_worked_in(case: Case, path: Path) -> str:
    """Save what is in a half-made chamber that was whole already: somebody may have found it."""
    if not (path / HOOK_SETTINGS).exists() or not (path / ".git").exists():
        return ""
    room = case.room
    ref = saved_ref(room.task_id, room.name, case.context.clock())
    saved = save_work(case.repo, path, ref, f"Half-made chamber {room.name}", room.base_commit)
    return f"; what was in it is saved under {ref}" if saved else ""


async def _closing(case: Case) -> bool:
    await asyncio.to_thread(wait_for_git_processes, [Path(case.room.path)], _GIT_SECONDS)
    await close_one(case.context, case.repo, case.task, case.room)
    return True


async def _completing(case: Case) -> bool:
    """Finish what has landed or was only to be saved; open the task again otherwise."""
    context, task = case.context, case.task
    state = await context.store.snapshot()
    there = [one for one in state.chambers_of(task.id) if one.holds_work]
    saving = task.ending == "save"
    leaving = (
        there
        if saving
        else [one for one in there if one.name in task.landing]
        if task.id in case.seen.landed
        else []
    )
    for room in leaving:
        await close_one(context, case.repo, task, room)
    finished = (saving or task.id in case.seen.landed) and len(leaving) == len(there)

    async def decide(reads: Reads) -> Decision[None]:
        known = await reads.task(task.id)
        if known is None or not known.is_completing:
            return Decision(None)
        at, actor = context.clock(), context.actor
        if finished:
            landed = "" if saving else known.landed_commit
            ended = life.ended(
                known, completed=not saving, landed_commit=landed, at=at, actor=actor
            )
            return Decision(None, ended[1])
        return Decision(None, life.reopened(known, at=at, actor=actor)[1])

    await run_transaction(context.store, decide)
    return True


async def _half_restored(case: Case) -> bool:
    await asyncio.to_thread(_take_back, case)
    return True


def _take_back(case: Case) -> None:
    """Remove the worktree of a chamber that is closed; its saved work, or what is new, is kept."""
    room, repo = case.room, case.repo
    path = Path(room.path)
    ignored = ignored_files_to_save(repo)
    base = f"refs/heads/{case.task.base_branch}" if case.task.base_branch else "HEAD"
    tip = repo.resolve(f"refs/heads/{room.branch}")
    saved = False
    if path.exists():
        wait_for_git_processes([path], _GIT_SECONDS)
        saved = is_state_saved(repo, read_state(path, ignored=ignored))
        if not saved:
            ref = saved_ref(room.task_id, room.name, case.context.clock())
            message = f"Half-restored chamber {room.name}"
            kept = save_work(
                repo, path, ref, message, merged_into=base, own_branch=room.branch, ignored=ignored
            )
            saved = kept is not None and kept.tip == tip
    remove_worktree(repo, path, ignored)
    remove_provisions(path)
    if saved or is_merged(repo, tip, repo.resolve(base)):
        delete_branch(repo, room.branch, tip)


async def _renamed(case: Case) -> bool:
    [room] = await follow_branches(case.context, case.repo, case.task, [case.room])
    siblings = [one for one in case.seen.state.chambers_of(room.task_id) if one.is_live]
    others = [one for one in siblings if one.id != room.id]
    await asyncio.to_thread(
        provision_chambers, case.context, case.repo, case.task, [room], siblings=others
    )
    return True


async def _forgotten(case: Case) -> bool:
    room = case.room
    reason = f"orchestra: chamber {room.name} of task {room.task_id}"
    await asyncio.to_thread(
        register_worktree_again, case.repo, Path(room.path), room.branch, reason
    )
    return True


async def _moved(case: Case) -> bool:
    old_top = Path(case.difference.subject)
    await follow_repository(case.context, case.repo, case.seen.state, old_top)
    return True


async def _link(case: Case) -> bool:
    return await asyncio.to_thread(relink_worktree, case.repo, Path(case.room.path))


async def _astray(case: Case) -> bool:
    return await asyncio.to_thread(relink_worktree, case.repo, Path(case.difference.subject))


async def _unlocked(case: Case) -> bool:
    room = case.room
    reason = f"orchestra: chamber {room.name} of task {room.task_id}"
    await asyncio.to_thread(lock_worktree, case.repo, Path(room.path), reason)
    return True


async def _lock(case: Case) -> bool:
    await asyncio.to_thread(move_stale_lock, case.repo, Path(case.difference.subject))
    return True


async def _claim(case: Case) -> bool:
    name = case.difference.subject

    async def decide(reads: Reads) -> Decision[bool]:
        holder = await reads.claim(name)
        room, task = await reads.chamber(holder), await reads.task(holder)
        holds = (room is not None and room.is_standing) or (task is not None and not task.is_over)
        if not holder or holds:
            return Decision(answer=False)
        return Decision(answer=True, change=life.given_back(name, holder))

    return await run_transaction(case.context.store, decide)


async def _branch(case: Case) -> bool:
    branch = case.difference.subject
    if branch not in case.seen.settled:
        return False
    seen_at = case.seen.branches[branch]
    return await asyncio.to_thread(delete_branch, case.repo, branch, seen_at)


async def _mail(case: Case) -> bool:
    store = case.context.store
    await deliver_mail(store, await store.snapshot(), case.context.clock)
    return True


async def _lost_mail(case: Case) -> bool:
    mail = [
        one
        for one in case.seen.state.interrupts.values()
        if one.chamber_id == case.room.id and one.state == "posted"
    ]
    await asyncio.to_thread(post, Path(case.room.path), sorted(mail, key=lambda one: one.sent_at))
    return True


async def _leftover_mail(case: Case) -> bool:
    over = [
        one.id
        for one in case.seen.state.interrupts.values()
        if one.chamber_id == case.room.id and one.is_over
    ]
    await asyncio.to_thread(withdraw, Path(case.room.path), case.room.name, over)
    return True


async def _adopt(case: Case) -> bool:
    tree = next(one for one in case.seen.trees if str(one.path) == case.difference.subject)
    return await adopt(case.context, case.repo, tree)


async def _follow(case: Case) -> bool:
    tree = next(one for one in case.seen.trees if one.branch == case.room.branch and not one.gone)
    await follow(case.context, case.repo, case.task, case.room, tree.path)
    return True


_MENDINGS: dict[Name, Callable[[Case], Awaitable[bool]]] = {
    "half-made chamber": _half_made,
    "unfinished closing": _closing,
    "unfinished completing": _completing,
    "half-restored chamber": _half_restored,
    "deleted directory": _closing,
    "moved repository": _moved,
    "moved worktree": _astray,
    "moved chamber": _follow,
    "renamed branch": _renamed,
    "forgotten worktree": _forgotten,
    "lost link": _link,
    "unlocked worktree": _unlocked,
    "orphan worktree": _adopt,
    "orphan branch": _branch,
    "stale lock": _lock,
    "stale claim": _claim,
    "unread receipts": _mail,
    "unposted mail": _mail,
    "lost mail": _lost_mail,
    "leftover mail": _leftover_mail,
}
