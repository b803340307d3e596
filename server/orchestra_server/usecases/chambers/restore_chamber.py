"""restore_chamber: restore a closed chamber with its work."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as with_fields
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.errors import BadInput, Refused, Unknown
from orchestra_core.models import Chamber, Task
from orchestra_core.names import SAVED, chamber_id, check_chamber_name, lock_reason, read_saved_ref
from orchestra_core.replies.chambers import RestoredChamber
from orchestra_core.store.reads import Reads
from orchestra_core.text import one_line
from orchestra_core.wording.gates import setup_words
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.domain.tasks.task_lifecycle import both, claim_of, started
from orchestra_server.files.chamber.closed_marks import unmark_restored
from orchestra_server.files.git_exclude import PATTERNS
from orchestra_server.files.ignore_files import IGNORE_FILES
from orchestra_server.git.repository.repository import Head, Repository, open_repository
from orchestra_server.git.repository.writable import (
    require_writable,
    require_writable_repository,
)
from orchestra_server.git.saves.recreate_worktree import WorktreeToRecreate, recreate_worktree
from orchestra_server.git.saves.restore import require_save
from orchestra_server.git.saves.save_format import find_commit
from orchestra_server.git.snapshot.ignored_files_to_save import ignored_files_except
from orchestra_server.usecases.chambers.late_files import put_late_files_away
from orchestra_server.usecases.chambers.list_saved import list_of_task
from orchestra_server.usecases.chambers.provision import probe_hooks, provision_chambers
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.clones.whereabouts import (
    is_here,
    require_here,
    require_sure,
    task_here,
)
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.after_commit import show_change
from orchestra_server.usecases.common.lookups import read_chamber, read_task
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.concurrency.answer_in_time import (
    answer_in_time,
    goes_on,
    waits_recorded,
)
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.concurrency.task_lock import lock_task
from orchestra_server.usecases.gates.prepare_chambers import set_up_chambers, with_ports_again
from orchestra_server.usecases.reconcile.recovered_records import recovered_chamber, recovered_task

_LONGEST = 80  # characters shown of a wrong ref


@dataclass(frozen=True, slots=True)
class _Restoration:
    """What to restore, and from which ref; `new` if the store does not know the task."""

    task: Task
    chamber: Chamber
    ref: str
    new: bool = False


async def restore_chamber(
    context: Context, *, task_id: str, chamber: str = "", saved_ref: str = ""
) -> RestoredChamber:
    """Recreate the chamber's worktree and branch with everything as it was.

    `saved_ref` names one of its saves, by default the newest. A chamber that the store does not
    know gets a new record. Without `chamber` and `saved_ref` nothing changes, and the reply lists
    what is saved for the task. An ended task is opened again, so that the restored work can be
    completed.
    """
    name, ref = _checked(task_id, chamber.strip(), saved_ref.strip())
    if not name:
        return await list_of_task(context, task_id)

    def unfinished(waits_for: str, seconds: float) -> RestoredChamber:
        return RestoredChamber(
            task_id=task_id,
            restored=False,
            chamber=name,
            path="",
            branch="",
            saved_ref=ref,
            saved=[],
            next_step=goes_on(waits_for, seconds, "restore_chamber"),
        )

    return await answer_in_time(
        f"{context.project.id} {task_id} restore {name} {ref}",
        lambda: _restore(context, task_id, name, ref),
        announce=waits_recorded(context.store, task_id, context.clock, context.on_wait),
        unfinished=unfinished,
        patience=context.patience,
    )


def _checked(task_id: str, name: str, ref: str) -> tuple[str, str]:
    """Return the chamber's name and the full ref, "" for none; raises BadInput."""
    if not ref:
        return check_chamber_name(name) if name else "", ""
    named = read_saved_ref(ref)
    if named is None or named.task_id != task_id or name not in {"", named.chamber}:
        raise BadInput(
            f"saved_ref {one_line(ref, _LONGEST)!r} is not a save of this chamber; "
            "restore_chamber with the task_id alone lists them"
        )
    return check_chamber_name(named.chamber), f"{SAVED}/{task_id}/{named.chamber}/{named.at}"


async def _restore(context: Context, task_id: str, name: str, ref: str) -> RestoredChamber:
    await register_clone(context.store, context.project)
    require_sure(context)
    repo = await _repository(context, task_id, must=not ref)
    await asyncio.to_thread(require_writable_repository, repo)
    lost = await asyncio.to_thread(_recovered, context, repo, task_id, name, ref)
    async with lock_task(repo.common_dir, task_id), lock_chambers(repo.common_dir, [name]):
        late = await _put_late_files_away(context, repo, task_id, name)
        restoration = await _restorable(context, repo, task_id, name, ref, lost=lost)
        chamber = restoration.chamber
        if not chamber.is_live:
            await asyncio.to_thread(require_writable, Path(chamber.path).parent)
            await asyncio.to_thread(recreate_worktree, repo, _rebuilding(restoration))
            await asyncio.to_thread(unmark_restored, repo.top, Path(chamber.path))
            state = await context.store.snapshot()
            siblings = [chamber for chamber in state.chambers_of(task_id) if chamber.is_live]
            await asyncio.to_thread(
                provision_chambers, context, repo, restoration.task, [chamber], siblings=siblings
            )
            [chamber] = await asyncio.to_thread(set_up_chambers, context, repo, [chamber])
            probes = await asyncio.to_thread(probe_hooks, repo, [chamber])
            chamber = await _open(context, with_fields(restoration, chamber=chamber), probes)
    state = await show_change(context, task_id)
    reply = _reply(restoration.task, chamber, state.chambers_of(task_id))
    return with_fields(
        reply, next_step=" ".join((reply.next_step, *(f"{sentence}." for sentence in late)))
    )


async def _put_late_files_away(
    context: Context, repo: Repository, task_id: str, name: str
) -> list[str]:
    """Save files written at a closed chamber's path; this becomes its newest save."""
    chamber = await context.store.read(lambda reads: reads.chamber(chamber_id(task_id, name)))
    if chamber is None or not chamber.is_over or chamber.clone not in {"", context.clone}:
        return []
    return await put_late_files_away(context, repo, [Path(chamber.path)])


async def _repository(context: Context, task_id: str, *, must: bool) -> Repository:
    task = await context.store.read(
        lambda reads: read_task(reads, task_id) if must else reads.task(task_id)
    )
    here = context.project.main_checkout
    task = await task_here(context, task) if task is not None else None
    directory = Path(task.working_directory) if task is not None else here
    return await asyncio.to_thread(open_repository, directory)


def _recovered(
    context: Context, repo: Repository, task_id: str, name: str, ref: str
) -> _Restoration | None:
    """Return the records in the save itself, for a store without them; None if it has none."""
    if not ref:
        return None
    tip = require_save(repo, ref).tip
    head = repo.head()
    fork = repo.run("merge-base", head.commit, tip)
    base, now = fork.out.strip() or tip, context.clock()
    task = recovered_task(
        task_id, repo.top, Head(head.branch, base), clone=context.clone, at=now, actor=context.actor
    )
    path = Path(repo.top, ".claude", "worktrees", name)
    chamber = recovered_chamber(
        task_id, name, path=path, base=base, clone=context.clone, now=now, note=""
    )
    return _Restoration(task, replace(chamber, state="closed", saved_ref=ref), ref)


async def _restorable(
    context: Context,
    repo: Repository,
    task_id: str,
    name: str,
    ref: str,
    *,
    lost: _Restoration | None,
) -> _Restoration:
    """Return a chamber that is live or can be restored; raises Refused for any other."""

    async def look(reads: Reads) -> _Restoration:
        restoration = await _read(reads, task_id, name, lost)
        task, chamber = restoration.task, restoration.chamber
        if chamber.is_live and ref in {"", chamber.saved_ref}:
            return restoration
        if task.is_completing:
            raise Refused(f"task {task_id!r} is being completed; call complete_task first")
        if not chamber.is_over or (chamber.state == "failed" and not ref):
            raise Refused(
                f"chamber {name!r} is {chamber.state}; only a closed one can be restored; "
                "close_chamber saves its work first"
            )
        wanted = ref or chamber.saved_ref
        if not wanted:
            raise Unknown(
                f"nothing is saved of chamber {name!r}: {chamber.note or 'it held no work'}; "
                "restore_chamber without a chamber lists what is"
            )
        holder = await reads.claim(name)
        if holder:
            raise Refused(f"the name {name!r} is held by {holder!r}; close that one first")
        is_elsewhere = chamber.clone and not is_here(chamber, context.clone)
        if is_elsewhere and not await asyncio.to_thread(find_commit, repo, wanted):
            await require_here(context, chamber, "has its saved work")
        chamber = replace(chamber, saved_ref=wanted, path=_path(repo, context, chamber))
        chamber = await with_ports_again(reads, context.project.main_checkout, chamber)
        return _Restoration(task, chamber, wanted, restoration.new)

    return await context.store.read(look)


def _path(repo: Repository, context: Context, chamber: Chamber) -> str:
    """Return the path to restore to: the chamber's own, or the corresponding one in this clone."""
    if is_here(chamber, context.clone) or not chamber.clone:
        return chamber.path
    return str(Path(repo.top, ".claude", "worktrees", chamber.name))


async def _read(reads: Reads, task_id: str, name: str, lost: _Restoration | None) -> _Restoration:
    if lost is None:
        task = await read_task(reads, task_id)
        chamber = await read_chamber(reads, task, name)
        return _Restoration(task, chamber, chamber.saved_ref)
    stored_task, stored_chamber = (
        await reads.task(task_id),
        await reads.chamber(chamber_id(task_id, name)),
    )
    return _Restoration(
        stored_task or lost.task, stored_chamber or lost.chamber, lost.ref, new=stored_task is None
    )


async def _open(
    context: Context, restoration: _Restoration, probes: Mapping[str, HookProbe]
) -> Chamber:
    async def decide(reads: Reads) -> Decision[Chamber]:
        now = await _read(reads, restoration.task.id, restoration.chamber.name, restoration)
        prepared = restoration.chamber
        live, change = chamber_lifecycle.restored(
            replace(
                now.chamber,
                saved_ref=restoration.ref,
                path=prepared.path,
                ports=prepared.ports,
                setup_of=prepared.setup_of,
                setup_fault=prepared.setup_fault,
            ),
            now.task,
            probes,
            request_is_free=not await reads.claim(claim_of(now.task)),
            clone=context.clone,
            at=context.clock(),
            actor=context.actor,
        )
        return Decision(live, both(started(now.task), change) if now.new else change)

    return await run_transaction(context.store, decide)


def _rebuilding(restoration: _Restoration) -> WorktreeToRecreate:
    chamber = restoration.chamber
    return WorktreeToRecreate(
        ref=restoration.ref,
        path=Path(chamber.path),
        branch=chamber.branch,
        name=chamber.name,
        reason=lock_reason(chamber.task_id, chamber.name),
        ignored=ignored_files_except((*PATTERNS, *IGNORE_FILES)),
    )


def _reply(task: Task, chamber: Chamber, chambers: list[Chamber]) -> RestoredChamber:
    reopened = "" if task.is_open else f" Task {task.id!r} is open again."
    fault = chamber.setup_fault
    reopened += f" In it the {setup_words(fault)}." if fault else ""
    return RestoredChamber(
        task_id=chamber.task_id,
        restored=True,
        chamber=chamber.name,
        path=chamber.path,
        branch=chamber.branch,
        saved_ref=chamber.saved_ref,
        saved=serializers.saved(chamber for chamber in chambers if chamber.state == "closed"),
        next_step=(
            f"It is live with its work as it was.{reopened} get_agent_context with "
            f"module={chamber.name!r} gives the prompt for a worker in it."
        ),
    )
