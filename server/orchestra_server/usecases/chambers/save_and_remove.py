"""The part of closing that git and the disk do: saved what is not merged, then removed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.names import BRANCHES
from orchestra_server.domain import chamber_lifecycle as life
from orchestra_server.files.chamber.chamber_files import remove_provisions
from orchestra_server.files.git_exclude import PATTERNS
from orchestra_server.git.repository.is_merged import is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.remove_saved_worktree import (
    delete_branch,
    delete_branches,
    remove_landed_worktree,
    remove_worktree,
)
from orchestra_server.git.saves.save import (
    SavedCommit,
    find_save,
    save_staged,
    save_work,
    saves_ignored,
)
from orchestra_server.git.snapshot.ignored_files import (
    NO_IGNORED_FILES,
    IgnoredFiles,
    ignored_files_except,
)
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.git.worktrees.quarantine import restore_from_quarantine

MERGED = "its work is merged"
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class ClosedWork:
    """What became of a chamber's work: `ref` is empty when nothing had to be saved."""

    ref: str
    branch_kept: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Taken:
    """A chamber whose worktree is gone; `landed` is where its branch stood if all of it landed."""

    room: Chamber
    saved: SavedCommit | None = None
    merged: bool = False
    landed: str = ""


def save_and_remove_all(
    repo: Repository, task: Task, rooms: Sequence[Chamber], landed: Mapping[str, str]
) -> list[ClosedWork | OrchestraError]:
    """Save what is not merged and remove worktrees and branches; every step may be repeated.

    `landed` has by name the commits that the caller has just landed. Returns for each room what
    became of it, or why it is still there. Blocking.
    """
    ignored = ignored_files_to_save(repo)

    def take(room: Chamber) -> _Taken | OrchestraError:
        try:
            commit = landed.get(room.name, "") if not ignored.are_work else ""
            return _take(repo, task, room, ignored, commit)
        except OrchestraError as fault:
            return fault

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        taken = list(pool.map(take, rooms))
    at = {
        one.room.branch: one.landed
        for one in taken
        if isinstance(one, _Taken) and one.landed and one.room.branch.startswith(BRANCHES)
    }
    gone = delete_branches(repo, at) if at else set[str]()
    return [_ended(repo, task, one, gone) if isinstance(one, _Taken) else one for one in taken]


def ignored_files_to_save(repo: Repository) -> IgnoredFiles:
    """Return which ignored files count as work here; Orchestra's own files never do."""
    return ignored_files_except(PATTERNS) if saves_ignored(repo) else NO_IGNORED_FILES


def _take(
    repo: Repository, task: Task, room: Chamber, ignored: IgnoredFiles, landed: str
) -> _Taken:
    path, ref, target = Path(room.path), life.ref_for(room), _target(task)
    message = f"Chamber {room.name} of task {task.id}, as it was when it was closed"
    restore_from_quarantine(path)
    if landed and path.exists() and remove_landed_worktree(repo, path, room.branch, landed):
        remove_provisions(path)
        return _Taken(room, merged=True, landed=landed)
    merged = False
    if path.exists():
        saved = save_work(
            repo, path, ref, message, merged_into=target, own_branch=room.branch, ignored=ignored
        )
        merged = saved is None or (ignored.are_work and _is_all_merged(repo, path, target))
        remove_worktree(repo, path, ignored)
    else:
        saved = find_save(repo, ref) or save_staged(
            repo, path, ref, message, target, own_branch=room.branch
        )
        if any(worktree.path == path for worktree in list_worktrees(repo)):
            remove_worktree(repo, path)
    remove_provisions(path)
    return _Taken(room, saved, merged)


def _ended(
    repo: Repository, task: Task, taken: _Taken, gone: set[str]
) -> ClosedWork | OrchestraError:
    room, saved = taken.room, taken.saved
    kept, tip = (saved.ref, saved.tip) if saved else ("", "")
    try:
        branch_kept = room.branch not in gone and not _delete_branch(repo, task, room.branch, tip)
    except OrchestraError as fault:
        return fault
    note = _note(room, kept, merged=taken.merged, branch_kept=branch_kept)
    return ClosedWork(kept, branch_kept, note)


def _target(task: Task) -> str:
    return f"refs/heads/{task.base_branch}" if task.base_branch else ""


def _is_all_merged(repo: Repository, path: Path, target: str) -> bool:
    """Tell whether ignored files are all that had to be saved."""
    state = read_state(path)
    into = repo.resolve(target) if target else repo.head().commit
    return state.clean and is_merged(repo, state.head, into)


def _delete_branch(repo: Repository, task: Task, branch: str, saved: str) -> bool:
    """Delete the branch when all of it is kept elsewhere; True also when it is gone already.

    One that was given another name stays: somebody wants it under that.
    """
    result = repo.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    tip = result.out.strip()
    if result.status:
        return True
    if not branch.startswith(BRANCHES):
        return False
    if tip != saved:
        target = _target(task)
        into = repo.resolve(target) if target else repo.head().commit
        if not is_merged(repo, tip, into):
            return False
    return delete_branch(repo, branch, tip)


def _note(room: Chamber, kept: str, *, merged: bool, branch_kept: bool) -> str:
    where = f"saved under {kept}" if kept else MERGED
    if kept and merged:
        where = f"{MERGED}; its ignored files are {where}"
    return f"{where}; branch {room.branch} is kept" if branch_kept else where
