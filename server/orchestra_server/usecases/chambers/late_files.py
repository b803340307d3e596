"""Saves files that were written at a chamber's path after the chamber was removed.

Its worker, or a process started by the worker, may still be running. No other part of Orchestra
touches such a directory.
"""

import asyncio
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from orchestra_core.models import Chamber, Task
from orchestra_core.names import saved_ref
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import is_plain_directory
from orchestra_server.git.saves.save import SavedCommit, find_save
from orchestra_server.git.saves.save_format import find_commit
from orchestra_server.git.saves.save_late_files import LastState, late_files, save_late_files
from orchestra_server.git.worktrees.quarantine import (
    delete_discarded_in_background,
    discard_directory,
    park_late_files,
    parked_late_files,
    worktree_name,
)
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.health.observe_chamber import is_gone


def find_late_files(chambers: Iterable[Chamber], listed: Iterable[Path]) -> dict[str, int]:
    """Count the files at the paths of removed chambers, by chamber id. Blocking.

    Paths in `listed` are skipped: git's worktrees are there.
    """
    last, taken = _last_at_place(chambers), set(listed)
    counts = dict[str, int]()
    for folder in {path.parent for path in last}:
        for path in {folder / worktree_name(entry) for entry in _entries(folder)}:
            chamber = last.get(path)
            if chamber is not None:
                is_late = chamber.is_over and path not in taken and is_plain_directory(path)
                directories = [path] if is_late else []
                directories += parked_late_files(path)
                count = sum(len(late_files(directory)) for directory in directories)
                counts |= {chamber.id: count} if count else {}
    return counts


def find_late_repositories(chambers: Iterable[Chamber], listed: Iterable[Path]) -> frozenset[str]:
    """Return the ids of removed chambers that now have a repository at their path. Blocking.

    Paths in `listed` are skipped: git's worktrees are there.
    """
    taken = set(listed)
    return frozenset(
        chamber.id
        for path, chamber in _last_at_place(chambers).items()
        if chamber.is_over
        and path not in taken
        and not path.is_symlink()
        and os.path.lexists(path / ".git")
    )


async def put_late_files_away(
    context: Context, repo: Repository, paths: Collection[Path], former: Iterable[Chamber] = ()
) -> list[str]:
    """Save files written at the paths of removed chambers, and free the paths.

    `former` are chambers that the store no longer has. Return one line per save. The caller holds
    the chambers' locks. Raises Refused if there is a repository among the files.
    """
    state = await context.store.snapshot()
    clone = context.clone
    own_chambers = [chamber for chamber in state.chambers.values() if chamber.clone in {"", clone}]
    last = _last_at_place((*former, *own_chambers))
    notes = list[str]()
    for path in paths:
        chamber = last.get(path)
        task = state.tasks.get(chamber.task_id) if chamber else None
        if chamber is None or task is None:
            continue
        ref = chamber.saved_ref
        saved = await asyncio.to_thread(find_save, repo, ref) if ref else None
        late = await asyncio.to_thread(
            save_late_directories, repo, task, chamber, saved, context.clock()
        )
        if late is not None:
            await _record(context, chamber, late.ref)
            notes.append(f"{chamber.name}: {describe_late_save(late.ref)}")
    return notes


def save_late_directories(
    repo: Repository, task: Task, chamber: Chamber, saved: SavedCommit | None, at: int
) -> SavedCommit | None:
    """Save and remove what is at a chamber's path; None if there are no files. Blocking.

    The files are saved on top of `saved`, else of the chamber's branch, else of its task's.
    """
    path = Path(chamber.path)
    if is_plain_directory(path) and is_gone(path):
        park_late_files(path)
    late: SavedCommit | None = None
    parked = parked_late_files(path)
    for directory in parked:
        ref = _free_ref(repo, chamber, at)
        message = f"What was written at {path} after chamber {chamber.name} was gone"
        onto = _last_state(repo, task, chamber, late or saved)
        late = save_late_files(repo, directory, ref, onto, message) or late
        discard_directory(directory)
    if parked:  # otherwise closing deletes all worktrees together, after its answer
        delete_discarded_in_background(path.parent)
    return late


def describe_late_save(ref: str) -> str:
    """Return the phrase that says where late files are saved."""
    return f"files written at its path after it was gone are saved under {ref}"


def _last_at_place(chambers: Iterable[Chamber]) -> dict[Path, Chamber]:
    """Return, by path, the last chamber there; unfinished ones do not count."""
    made = [chamber for chamber in chambers if chamber.is_over or chamber.holds_work]
    return {Path(chamber.path): chamber for chamber in sorted(made, key=_when_there)}


def _when_there(chamber: Chamber) -> tuple[bool, int]:
    return chamber.is_standing, chamber.ended_at


def _entries(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:  # already gone
        return []


def _free_ref(repo: Repository, chamber: Chamber, at: int) -> str:
    while find_commit(repo, saved_ref(chamber.task_id, chamber.name, at)):
        at += 1
    return saved_ref(chamber.task_id, chamber.name, at)


def _last_state(
    repo: Repository, task: Task, chamber: Chamber, saved: SavedCommit | None
) -> LastState:
    if saved is not None:
        return LastState(saved.tip, f"{saved.commit}^{{tree}}")
    places = [f"refs/heads/{chamber.branch}"]
    places += [f"refs/heads/{task.base_branch}"] if task.base_branch else []
    commit = next(filter(None, (find_commit(repo, place) for place in places)), "")
    commit = commit or repo.head().commit
    return LastState(commit, f"{commit}^{{tree}}")


async def _record(context: Context, chamber: Chamber, ref: str) -> None:
    """Record the save in the chamber's document, unless its name is in use again."""

    async def decide(reads: Reads) -> Decision[None]:
        current = await reads.chamber(chamber.id)
        if current is None or not current.is_over:
            return Decision(None)
        note = (
            f"{current.note}; {describe_late_save(ref)}"
            if current.note
            else describe_late_save(ref)
        )
        _, change = chamber_lifecycle.saved_late(
            current, ref=ref, note=note, at=context.clock(), actor=context.actor
        )
        return Decision(None, change)

    await run_transaction(context.store, decide)
