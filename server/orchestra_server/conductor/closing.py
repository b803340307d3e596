"""Putting one chamber away: its work saved first, then its worktree and branch removed."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Interrupt, Task
from orchestra_core.store.reads import Reads
from orchestra_server.chambers.merged import is_merged
from orchestra_server.chambers.repository import Repository
from orchestra_server.chambers.saving import (
    save_staged,
    save_work,
    saved_before,
    saves_ignored,
)
from orchestra_server.chambers.shadow import read_state
from orchestra_server.chambers.worktrees import delete_branch, list_worktrees, remove_worktree
from orchestra_server.conductor.context import Context, Decision, settle, this_host
from orchestra_server.conductor.decisions import chambers as life
from orchestra_server.conductor.postman import take_receipts
from orchestra_server.conductor.telling import unread_of
from orchestra_server.files.chamber_files import unfurnish
from orchestra_server.files.exclude import PATTERNS

MERGED = "its work is merged"


@dataclass(frozen=True, slots=True)
class PutAway:
    """What became of a chamber's work: `ref` is empty when nothing had to be saved."""

    ref: str
    branch_kept: bool
    note: str


async def put_away(
    context: Context, repo: Repository, task: Task, chamber: Chamber
) -> tuple[Chamber, PutAway]:
    """Close a live chamber, or finish a closing that broke off; the caller is alone with them.

    Raises Refused when something in it cannot be kept; the chamber then stays as it is.
    """
    require_here(chamber)
    room = await _begin(context, chamber)
    await take_receipts(context.store, room)  # they go with the directory
    try:
        away = await asyncio.to_thread(_remove, repo, task, room)
    except OrchestraError as fault:
        await _stay(context, room, f"could not be closed: {fault}")
        raise
    return await _end(context, room, away), away


def require_here(chamber: Chamber) -> None:
    """Raise Refused for a chamber on another machine."""
    if chamber.host != this_host():
        raise Refused(
            f"chamber {chamber.name!r} stands on host {chamber.host!r} and this is "
            f"{this_host()!r}; call this from there"
        )


async def _begin(context: Context, chamber: Chamber) -> Chamber:
    async def decide(reads: Reads) -> Decision[Chamber]:
        known = await reads.chamber(chamber.id)
        if known is None or known.state not in {"live", "closing"}:
            raise Refused(f"chamber {chamber.name!r} was changed meanwhile; call again")
        room, change = life.closing(known, at=context.clock(), actor=context.actor)
        return Decision(room, change)

    return await settle(context.store, decide)


async def _stay(context: Context, room: Chamber, note: str) -> None:
    async def decide(reads: Reads) -> Decision[None]:
        known = await reads.chamber(room.id)
        if known is None or known.state != "closing":
            return Decision(None)
        change = life.stayed(known, note=note, at=context.clock(), actor=context.actor)
        return Decision(None, change)

    await settle(context.store, decide)


async def _end(context: Context, room: Chamber, away: PutAway) -> Chamber:
    async def decide(reads: Reads) -> Decision[Chamber]:
        state = await reads.state()
        read = [await reads.interrupt(one.id) for one in unread_of(state, room.task_id, room.name)]
        unread: list[Interrupt] = [one for one in read if one is not None]
        closed, change = life.closed(
            room, unread, ref=away.ref, note=away.note, at=context.clock(), actor=context.actor
        )
        return Decision(closed, change)

    return await settle(context.store, decide)


def _remove(repo: Repository, task: Task, room: Chamber) -> PutAway:
    """Save what is not merged, then remove worktree and branch; every step may be repeated."""
    path, ref = Path(room.path), life.ref_for(room)
    target = f"refs/heads/{task.base_branch}" if task.base_branch else ""
    message = f"Chamber {room.name} of task {task.id}, as it was when it was closed"
    merged = False
    if path.exists():
        ours = work_but(repo)
        saved = save_work(
            repo, path, ref, message, merged_into=target, own_branch=room.branch, ours=ours
        )
        merged = saved is None or (ours is not None and _is_all_merged(repo, path, target))
        remove_worktree(repo, path, ours)
    else:
        saved = saved_before(repo, ref) or save_staged(
            repo, path, ref, message, target, own_branch=room.branch
        )
        if any(worktree.path == path for worktree in list_worktrees(repo)):
            remove_worktree(repo, path)
    unfurnish(path)
    kept, tip = (saved.ref, saved.tip) if saved else ("", "")
    branch_kept = not _delete_branch(repo, room.branch, tip, target)
    return PutAway(kept, branch_kept, _note(room, kept, merged=merged, branch_kept=branch_kept))


def work_but(repo: Repository) -> tuple[str, ...] | None:
    """Return which ignored files are Orchestra's and no work, None where no ignored file is."""
    return PATTERNS if saves_ignored(repo) else None


def _is_all_merged(repo: Repository, path: Path, target: str) -> bool:
    """Tell whether ignored files are all that had to be saved."""
    state = read_state(path)
    into = repo.resolve(target) if target else repo.head().commit
    return state.clean and is_merged(repo, state.head, into)


def _delete_branch(repo: Repository, branch: str, saved: str, target: str) -> bool:
    """Delete the branch when all of it is kept elsewhere; True also when it is gone already."""
    ran = repo.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    tip = ran.out.strip()
    if ran.status:
        return True
    into = repo.resolve(target) if target else repo.head().commit
    if tip != saved and not is_merged(repo, tip, into):
        return False
    return delete_branch(repo, branch, tip)


def _note(room: Chamber, kept: str, *, merged: bool, branch_kept: bool) -> str:
    where = f"saved under {kept}" if kept else MERGED
    if kept and merged:
        where = f"{MERGED}; its ignored files are {where}"
    return f"{where}; branch {room.branch} is kept" if branch_kept else where
