"""Putting one chamber away: its work saved first, then its worktree and branch removed."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import OrchestraError, Refused, Unknown
from orchestra_core.models import Chamber, Interrupt, Task
from orchestra_core.store.reads import Reads
from orchestra_server.chambers.merged import is_merged
from orchestra_server.chambers.repository import Repository
from orchestra_server.chambers.saving import save_work, saved_head
from orchestra_server.chambers.worktrees import delete_branch, list_worktrees, remove_worktree
from orchestra_server.conductor.context import Context, Decision, settle, this_host
from orchestra_server.conductor.decisions import chambers as life
from orchestra_server.conductor.telling import unread_of
from orchestra_server.files.chamber_files import unfurnish

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
    if path.exists():
        message = f"Chamber {room.name} of task {task.id}, as it was when it was closed"
        saved = save_work(repo, path, ref, message, merged_into=target)
        kept, head = (saved.ref, saved.head) if saved else ("", "")
        remove_worktree(repo, path)
    else:
        kept, head = _saved_before(repo, ref)
        if any(worktree.path == path for worktree in list_worktrees(repo)):
            remove_worktree(repo, path)
    unfurnish(path)
    branch_kept = not _delete_branch(repo, room.branch, head, target)
    return PutAway(kept, branch_kept, _note(room, kept, branch_kept=branch_kept))


def _saved_before(repo: Repository, ref: str) -> tuple[str, str]:
    """Return what an earlier attempt saved before it broke off."""
    try:
        return ref, saved_head(repo, ref)
    except Unknown:
        return "", ""


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


def _note(room: Chamber, kept: str, *, branch_kept: bool) -> str:
    where = f"saved under {kept}" if kept else MERGED
    return f"{where}; branch {room.branch} is kept" if branch_kept else where
