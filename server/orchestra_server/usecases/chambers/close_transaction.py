"""Closes chambers: saves their work, then removes worktrees and branches."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from orchestra_core.change import Change
from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Interrupt, Task, WorkerRequest
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.quarantine import delete_discarded_in_background
from orchestra_server.usecases.chambers.save_and_remove import ClosedWork, save_and_remove_all
from orchestra_server.usecases.clones.whereabouts import require_here
from orchestra_server.usecases.common.serializers import unread_of
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.delivery.take_in_spool import take_in_all_of
from orchestra_server.usecases.started_workers.end_workers import end_workers

_NOTHING: Mapping[str, str] = MappingProxyType({})


async def close_one(
    context: Context, repo: Repository, task: Task, chamber: Chamber
) -> tuple[Chamber, ClosedWork]:
    """Close a live chamber or finish an interrupted closing; the caller holds the chamber's lock.

    Raises Refused if some of its work cannot be saved; the chamber then stays as it is.
    """
    [closed] = await close_all(context, repo, task, [chamber])
    return closed


async def close_all(
    context: Context,
    repo: Repository,
    task: Task,
    chambers: Sequence[Chamber],
    landed: Mapping[str, str] = _NOTHING,
    *,
    into: str = "",
) -> list[tuple[Chamber, ClosedWork]]:
    """Close chambers in parallel; `landed` maps names to commits that have just landed.

    `into` is the commit with the merged work, by default the task's branch. A chamber that
    cannot be closed stays as it is: its error is raised once the others are closed.
    """
    for chamber in chambers:
        await require_here(context, chamber, "closes it")
    await end_workers(context, chambers)
    closing_chambers = await _begin(context, chambers)
    await take_in_all_of(context, *closing_chambers)  # they are removed with them
    resumed = {
        chamber.name for chamber in chambers if not (chamber.is_live or chamber.is_asked_to_close)
    }
    outcomes = await asyncio.to_thread(
        save_and_remove_all, repo, task, closing_chambers, landed, resumed, into=into
    )
    for chamber, fault in zip(chambers, outcomes, strict=True):
        if isinstance(fault, OrchestraError):
            await _stay(context, chamber, f"could not be closed: {fault}")
    pairs = zip(closing_chambers, outcomes, strict=True)
    closed_work = {
        chamber.id: outcome for chamber, outcome in pairs if isinstance(outcome, ClosedWork)
    }
    folders = {Path(chamber.path).parent for chamber in closing_chambers}
    ended = [chamber for chamber in closing_chambers if chamber.id in closed_work]
    closed, _ = await asyncio.gather(
        _end(context, ended, closed_work), asyncio.to_thread(_delete_discarded, folders)
    )
    for fault in outcomes:
        if isinstance(fault, OrchestraError):
            raise fault
    return [(chamber, closed_work[chamber.id]) for chamber in closed]


def _delete_discarded(folders: Iterable[Path]) -> None:
    for folder in folders:
        delete_discarded_in_background(folder)


async def _begin(context: Context, chambers: Sequence[Chamber]) -> list[Chamber]:
    async def decide(reads: Reads) -> Decision[list[Chamber]]:
        closing_chambers, changes = list[Chamber](), list[Change]()
        documents = await reads.read_all(Chamber, [chamber.id for chamber in chambers])
        for chamber, current in zip(chambers, documents, strict=True):
            if current is None or not current.holds_work:
                raise Refused(f"chamber {chamber.name!r} was changed meanwhile; call again")
            closing, change = chamber_lifecycle.closing(
                current, at=context.clock(), actor=context.actor
            )
            closing_chambers.append(closing)
            changes.append(change)
        return Decision(closing_chambers, chamber_lifecycle.together(changes))

    return await run_transaction(context.store, decide)


async def _stay(context: Context, chamber: Chamber, note: str) -> None:
    async def decide(reads: Reads) -> Decision[None]:
        current = await reads.chamber(chamber.id)
        if current is None or current.state != "closing":
            return Decision(None)
        at, actor = context.clock(), context.actor
        if chamber.asked_by or chamber.landed:  # its task has ended, so this is tried again
            asked = chamber.asked_by
            change = chamber_lifecycle.still_asked(current, asked, note=note, at=at, actor=actor)
        else:
            change = chamber_lifecycle.stayed(current, note=note, at=at, actor=actor)
        return Decision(None, change)

    await run_transaction(context.store, decide)


async def _end(
    context: Context, chambers: Sequence[Chamber], closed_work: Mapping[str, ClosedWork]
) -> list[Chamber]:
    async def decide(reads: Reads) -> Decision[list[Chamber]]:
        state = await reads.state()
        ended, changes = list[Chamber](), list[Change]()
        for chamber in chambers:
            waiting = unread_of(state, chamber.task_id, chamber.name)
            read = [await reads.interrupt(interrupt.id) for interrupt in waiting]
            unread: list[Interrupt] = [interrupt for interrupt in read if interrupt is not None]
            ref, note = closed_work[chamber.id].ref, closed_work[chamber.id].note
            requests = await _open_requests(reads, state, chamber)
            closed, change = chamber_lifecycle.closed(
                chamber,
                unread,
                requests,
                ref=ref,
                note=note,
                at=context.clock(),
                actor=context.actor,
            )
            ended.append(closed)
            changes.append(change)
        return Decision(ended, chamber_lifecycle.together(changes))

    return await run_transaction(context.store, decide)


async def _open_requests(
    reads: Reads, state: ProjectState, chamber: Chamber
) -> list[WorkerRequest]:
    waiting = state.open_requests_by_chamber().get(chamber.id, ())
    read = [await reads.request(request.id) for request in waiting]
    return [request for request in read if request is not None]
