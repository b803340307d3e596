"""Putting chambers away: their work saved first, then worktrees and branches removed."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from orchestra_core.change import Change
from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Interrupt, Task
from orchestra_core.store.reads import Reads
from orchestra_server.domain import chamber_lifecycle as life
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.quarantine import delete_discarded_in_background
from orchestra_server.usecases.chambers.save_and_remove import ClosedWork, save_and_remove_all
from orchestra_server.usecases.common.serializers import unread_of
from orchestra_server.usecases.common.transaction import (
    Context,
    Decision,
    run_transaction,
    this_host,
)
from orchestra_server.usecases.delivery.deliver import take_receipts

_NOTHING: Mapping[str, str] = MappingProxyType({})


async def close_one(
    context: Context, repo: Repository, task: Task, chamber: Chamber
) -> tuple[Chamber, ClosedWork]:
    """Close a live chamber, or finish a closing that broke off; the caller is alone with them.

    Raises Refused when something in it cannot be kept; the chamber then stays as it is.
    """
    [closed] = await close_all(context, repo, task, [chamber])
    return closed


async def close_all(
    context: Context,
    repo: Repository,
    task: Task,
    chambers: Sequence[Chamber],
    landed: Mapping[str, str] = _NOTHING,
) -> list[tuple[Chamber, ClosedWork]]:
    """Close chambers side by side; `landed` has by name the commits that have just landed.

    Raises what was in the way of one of them when the others are closed; that one stays as it is.
    """
    for chamber in chambers:
        require_here(chamber)
    rooms = await _begin(context, chambers)
    for room in rooms:
        await take_receipts(context.store, room)  # they go with the directory
    resumed = {chamber.name for chamber in chambers if not chamber.is_live}
    found = await asyncio.to_thread(save_and_remove_all, repo, task, rooms, landed, resumed)
    for room, fault in zip(rooms, found, strict=True):
        if isinstance(fault, OrchestraError):
            await _stay(context, room, f"could not be closed: {fault}")
    pairs = zip(rooms, found, strict=True)
    away = {room.id: one for room, one in pairs if isinstance(one, ClosedWork)}
    closed = await _end(context, [room for room in rooms if room.id in away], away)
    for folder in {Path(room.path).parent for room in rooms}:
        await asyncio.to_thread(delete_discarded_in_background, folder)
    for fault in found:
        if isinstance(fault, OrchestraError):
            raise fault
    return [(room, away[room.id]) for room in closed]


def require_here(chamber: Chamber) -> None:
    """Raise Refused for a chamber on another machine."""
    if chamber.host != this_host():
        raise Refused(
            f"chamber {chamber.name!r} stands on host {chamber.host!r} and this is "
            f"{this_host()!r}; call this from there"
        )


async def _begin(context: Context, chambers: Sequence[Chamber]) -> list[Chamber]:
    async def decide(reads: Reads) -> Decision[list[Chamber]]:
        rooms, changes = list[Chamber](), list[Change]()
        for chamber in chambers:
            known = await reads.chamber(chamber.id)
            if known is None or not known.holds_work:
                raise Refused(f"chamber {chamber.name!r} was changed meanwhile; call again")
            room, change = life.closing(known, at=context.clock(), actor=context.actor)
            rooms.append(room)
            changes.append(change)
        return Decision(rooms, life.together(changes))

    return await run_transaction(context.store, decide)


async def _stay(context: Context, room: Chamber, note: str) -> None:
    async def decide(reads: Reads) -> Decision[None]:
        known = await reads.chamber(room.id)
        if known is None or known.state != "closing":
            return Decision(None)
        change = life.stayed(known, note=note, at=context.clock(), actor=context.actor)
        return Decision(None, change)

    await run_transaction(context.store, decide)


async def _end(
    context: Context, rooms: Sequence[Chamber], away: Mapping[str, ClosedWork]
) -> list[Chamber]:
    async def decide(reads: Reads) -> Decision[list[Chamber]]:
        state = await reads.state()
        ended, changes = list[Chamber](), list[Change]()
        for room in rooms:
            waiting = unread_of(state, room.task_id, room.name)
            read = [await reads.interrupt(one.id) for one in waiting]
            unread: list[Interrupt] = [one for one in read if one is not None]
            ref, note = away[room.id].ref, away[room.id].note
            closed, change = life.closed(
                room, unread, ref=ref, note=note, at=context.clock(), actor=context.actor
            )
            ended.append(closed)
            changes.append(change)
        return Decision(ended, life.together(changes))

    return await run_transaction(context.store, decide)
