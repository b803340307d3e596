"""Closing across clones: one clone lands the work, and the clone with the worktree closes it."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks import exchange
from orchestra_server.git.remotes.addresses import read_addresses, remote_at
from orchestra_server.git.remotes.published_refs import (
    chamber_ref,
    fetch,
    landed_ref,
    publish,
    withdraw,
)
from orchestra_server.git.repository.is_merged import is_ancestor
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.chambers.close_transaction import close_all
from orchestra_server.usecases.clones.whereabouts import place_in, task_here
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.concurrency.task_lock import lock_task

_log = logging.getLogger(__name__)


async def ask_to_close(
    context: Context, repo: Repository, chambers: Sequence[Chamber], landed: str
) -> None:
    """Ask the clones of these chambers to close them.

    `landed` is the commit with their work, "" if the work is only to be saved. It is published
    where their work was, so that their clones can check it. If that fails, they keep the chambers
    until somebody's push has brought them the commit.
    """
    if not chambers:
        return
    state = await context.store.snapshot()
    names = {chamber.id: place_in(context, state, chamber).name for chamber in chambers}
    if landed:
        current = [state.chambers.get(chamber.id, chamber) for chamber in chambers]
        await asyncio.to_thread(_publish_landed, repo, current, landed)

    async def decide(reads: Reads) -> Decision[None]:
        changes = [
            exchange.asked_to_close(
                [current],
                clone=context.clone,
                landed=landed,
                note=_note(names[chamber.id], landed=bool(landed)),
                at=context.clock(),
                actor=context.actor,
            )
            for chamber in chambers
            if (current := await reads.chamber(chamber.id)) is not None and current.is_live
        ]
        return Decision(None, chamber_lifecycle.together(changes))

    await run_transaction(context.store, decide)


def _note(clone: str, *, landed: bool) -> str:
    work = "its work has landed" if landed else "its work is not to land"
    return f"{work}; clone {clone} closes it when it next runs, and saves any other work in it"


def _publish_landed(repo: Repository, chambers: Sequence[Chamber], landed: str) -> None:
    addresses = read_addresses(repo)
    places = {
        (remote, landed_ref(chamber.task_id))
        for chamber in chambers
        if (remote := remote_at(addresses, chamber.published_on))
    }
    for remote, ref in sorted(places):
        try:
            publish(repo, remote, {ref: landed})
        except OrchestraError as fault:
            _log.warning("%s; other clones cannot check yet what has landed", fault)


async def close_asked(context: Context, chamber: Chamber) -> None:
    """Close a chamber of this clone whose task another clone has ended.

    Raises Refused, and keeps the chamber, until its work is proven to have landed.
    """
    task = (await context.store.snapshot(chamber.task_id)).tasks[chamber.task_id]
    local = await task_here(context, task)
    repo = await asyncio.to_thread(open_repository, Path(local.working_directory))
    locks = lock_task(repo.common_dir, task.id), lock_chambers(repo.common_dir, [chamber.name])
    async with locks[0], locks[1]:
        current = (await context.store.snapshot(task.id)).chambers.get(chamber.id)
        if current is None or not current.is_asked_to_close:
            return
        await finish_asked(context, repo, local, current)
    await show_change_soon(context, task.id)


async def finish_asked(context: Context, repo: Repository, task: Task, chamber: Chamber) -> None:
    """Close the chamber; the caller holds its lock. Raises Refused as `close_asked`."""
    tips = await asyncio.to_thread(_proven_tips, repo, chamber) if chamber.landed else {}
    await close_all(context, repo, task, [chamber], tips, into=chamber.landed)


def _proven_tips(repo: Repository, chamber: Chamber) -> dict[str, str]:
    """Return {chamber name: published commit} if the landed commit contains it, else {}."""
    if not _is_here(repo, chamber.landed):
        remote = remote_at(read_addresses(repo), chamber.published_on)
        ref = landed_ref(chamber.task_id)
        if remote:
            fetch(repo, remote, [ref])
        if not _is_here(repo, chamber.landed):
            raise Refused(
                f"the commit {chamber.landed[:12]} with the work of chamber {chamber.name!r} is "
                f"not on a remote of this clone yet; close_chamber saves the work without it"
            )
    _keep(repo, landed_ref(chamber.task_id), chamber.landed)
    if chamber.published and is_ancestor(repo, chamber.published, chamber.landed):
        return {chamber.name: chamber.published}
    return {}


def _keep(repo: Repository, ref: str, commit: str) -> None:
    """Keep a landed commit under a ref: the chamber's branch goes, and no other may hold it."""
    if not is_ancestor(repo, commit, ref):
        repo.git("update-ref", ref, commit)


def _is_here(repo: Repository, commit: str) -> bool:
    return repo.run("cat-file", "-e", f"{commit}^{{commit}}").status == 0


async def withdraw_published(context: Context, chambers: Sequence[Chamber]) -> None:
    """Delete from the remotes what this clone published of its closed chambers."""
    repo = await asyncio.to_thread(open_repository, context.project.main_checkout)
    addresses = await asyncio.to_thread(read_addresses, repo)
    state = await context.store.snapshot()
    tasks_waiting = {
        chamber.task_id
        for chamber in state.chambers.values()
        if chamber.is_standing and chamber.landed
    }
    refs: dict[str, list[str]] = defaultdict(list)
    for chamber in chambers:
        remote = remote_at(addresses, chamber.published_on)
        refs[remote].append(chamber_ref(chamber.task_id, chamber.name))
        if chamber.landed and chamber.task_id not in tasks_waiting:
            refs[remote].append(landed_ref(chamber.task_id))
    for remote, names in refs.items():
        if remote:
            await asyncio.to_thread(withdraw, repo, remote, dict.fromkeys(names))

    async def decide(reads: Reads) -> Decision[None]:
        changes = [
            exchange.withdrawn(current, at=context.clock(), actor=context.actor)
            for chamber in chambers
            if (current := await reads.chamber(chamber.id)) is not None
            and current.is_over
            and current.published == chamber.published
        ]
        return Decision(None, chamber_lifecycle.together(changes))

    await run_transaction(context.store, decide)
