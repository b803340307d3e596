"""Lists the saved work of closed chambers, from git's refs and the store's records."""

import asyncio

from orchestra_core.clock import iso_time
from orchestra_core.models import Chamber
from orchestra_core.names import SAVED, chamber_id, read_saved_ref
from orchestra_core.replies.chambers import RestoredChamber, SavedChamber, SavedList, SavedListEntry
from orchestra_core.state import ProjectState
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.common.lookups import unknown_task
from orchestra_server.usecases.common.transaction import Context


async def list_saved(context: Context, task_id: str = "") -> SavedList:
    """Return every saved ref of the repository, or of one task, newest first."""
    entries = await _entries(context, task_id)
    any_restorable = any(entry.restorable for entry in entries)
    return SavedList(
        saved=entries,
        next_step="'orchestra restore TASK/CHAMBER' brings back a chamber's newest save, "
        "'orchestra restore REF' any of them."
        if any_restorable
        else "Nothing is saved that can be restored as a chamber.",
    )


async def list_of_task(context: Context, task_id: str) -> RestoredChamber:
    """Return the reply of restore_chamber without a chamber; raises Unknown for an unknown task."""
    state = await context.store.snapshot(task_id)
    entries = await _entries(context, task_id)
    if not entries and task_id not in state.tasks:
        raise unknown_task(task_id, state)
    saved = [
        SavedChamber(
            chamber=entry.chamber, ref=entry.ref, closed_at=entry.closed_at, note=entry.note
        )
        for entry in entries
    ]
    return RestoredChamber(
        task_id=task_id,
        restored=False,
        chamber="",
        path="",
        branch="",
        saved_ref="",
        saved=saved,
        next_step=(
            "Call restore_chamber with one of these as `chamber` to bring its last save back, "
            "or with one's ref as `saved_ref` to bring back just that."
            if saved
            else "Nothing is saved for this task: all its work is merged or in live chambers."
        ),
    )


async def _entries(context: Context, task_id: str) -> list[SavedListEntry]:
    repo = await asyncio.to_thread(open_repository, context.project.root)
    refs = await asyncio.to_thread(_refs, repo)
    named = {saved.task_id for ref in refs if (saved := read_saved_ref(ref)) is not None}
    state = await context.store.snapshot(*([task_id] if task_id else named))
    entries = [
        entry for ref in refs if (entry := _entry(ref, state)) and task_id in {"", entry.task_id}
    ]
    return sorted(entries, key=lambda entry: (entry.closed_at, entry.ref), reverse=True)


def _refs(repo: Repository) -> list[str]:
    return repo.git("for-each-ref", "--format=%(refname)", SAVED).split()


def _entry(ref: str, state: ProjectState) -> SavedListEntry | None:
    named = read_saved_ref(ref)
    if named is None:
        return None
    chamber = state.chambers.get(chamber_id(named.task_id, named.chamber))
    return SavedListEntry(
        task_id=named.task_id,
        chamber=named.chamber,
        ref=ref,
        closed_at=iso_time(named.at),
        restorable=chamber is None or chamber.is_over,
        note=_note(chamber, ref),
    )


def _note(chamber: Chamber | None, ref: str) -> str:
    if chamber is None:
        return "the store does not know this chamber: restoring it makes a new record"
    if not chamber.is_over:
        return f"the chamber is {chamber.state} again; close it before this is restored"
    return chamber.note if chamber.saved_ref == ref else "an earlier save"
