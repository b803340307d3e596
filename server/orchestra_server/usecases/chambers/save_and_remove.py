"""The git and file part of closing: saves what is not merged, then removes."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra_core.errors import OrchestraError, Refused, unavailable
from orchestra_core.models import MERGED, Chamber, Task
from orchestra_core.names import BRANCHES, branch_of
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.files.chamber.chamber_files import remove_provisions
from orchestra_server.files.chamber.closed_marks import mark_closed
from orchestra_server.files.git_exclude import PATTERNS
from orchestra_server.files.ignore_files import IGNORE_FILES
from orchestra_server.git.process.foreign_programs import (
    is_cancelled,
    map_watched,
    uncancelled,
)
from orchestra_server.git.repository.branch_tips import missing_branches
from orchestra_server.git.repository.deleted_objects import is_by_deleted_objects
from orchestra_server.git.repository.gc_hold import gc_held
from orchestra_server.git.repository.is_merged import is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.stashes import (
    Stash,
    describe_stashes,
    list_stashes,
    stashes_made_on,
)
from orchestra_server.git.repository.worktree_status import is_plain_directory
from orchestra_server.git.saves.remove_saved_worktree import (
    delete_branches,
    remove_landed_worktree,
    remove_worktree,
)
from orchestra_server.git.saves.save import (
    SavedCommit,
    find_save,
    save_branch,
    save_staged,
    save_work,
    saves_ignored,
)
from orchestra_server.git.snapshot.ignored_files_to_save import (
    NO_IGNORED_FILES,
    IgnoredFiles,
    ignored_files_except,
)
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.git.worktrees.quarantine import (
    delete_discarded_admins,
    is_in_quarantine,
    park_late_files,
    require_movable,
    restore_from_quarantine,
)
from orchestra_server.usecases.chambers.late_files import (
    describe_late_save,
    save_late_directories,
)
from orchestra_server.usecases.health.observe_chamber import is_gone

LOST = "its directory and its branch had been deleted; git has no commit of it"
_AT_ONCE = 4
_ATTEMPTS = 5  # attempts to save what git deletes before a ref holds it


@dataclass(frozen=True, slots=True)
class ClosedWork:
    """Where a closed chamber's work is; `ref` is empty if nothing had to be saved."""

    ref: str
    branch_kept: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Removed:
    """A chamber whose worktree is removed; `landed` is its branch's commit if all of it landed."""

    chamber: Chamber
    saved: SavedCommit | None = None
    merged: bool = False
    landed: str = ""
    deleted: bool = False  # somebody had deleted its directory
    late: SavedCommit | None = None  # `saved` plus the files written there since
    tip: str = ""  # its branch's commit; empty if the branch is gone
    is_kept_elsewhere: bool = False  # whether the branch can be deleted


@dataclass(frozen=True, slots=True)
class _Removal:
    """What chambers that are saved and removed together have in common."""

    repo: Repository
    task: Task
    target: str
    ignored: IgnoredFiles
    landed: Mapping[str, str]
    resumed: Collection[str]

    def take(self, chamber: Chamber) -> _Removed | OrchestraError:
        """Save and remove a chamber; try again if git deleted objects before a ref held them."""
        removed = self._take_once(chamber)
        for _ in range(_ATTEMPTS - 1):
            if not (isinstance(removed, OrchestraError) and is_by_deleted_objects(removed)):
                return removed
            with gc_held(self.repo.common_dir):  # the first try may have begun beside a running gc
                removed = self._take_once(chamber)
        return removed

    def _take_once(self, chamber: Chamber) -> _Removed | OrchestraError:
        if is_cancelled():
            return Refused(f"the call was cancelled before chamber {chamber.name!r} was closed")
        try:
            commit = self.landed.get(chamber.name, "") if not self.ignored.are_work else ""
            if not _is_there(chamber):
                is_resumed = chamber.name in self.resumed
                removed = _take_deleted(self.repo, self.target, chamber, resumed=is_resumed)
            else:
                removed = _take(self.repo, self.target, chamber, self.ignored, commit)
            with uncancelled():  # the directory is gone
                removed = _with_late_files(self.repo, self.task, removed)
        except OrchestraError as fault:
            return fault
        except OSError as fault:
            return unavailable(fault)
        with suppress(OSError):  # the chamber is closed anyway
            mark_closed(self.repo.top, Path(chamber.path))
        return removed


def save_and_remove_all(
    repo: Repository,
    task: Task,
    chambers: Sequence[Chamber],
    landed: Mapping[str, str],
    resumed: Collection[str] = (),
    *,
    into: str = "",
) -> list[ClosedWork | OrchestraError]:
    """Save what is not merged, and remove worktrees and branches; every step may be repeated.

    `landed` maps names to commits that the caller has just landed; `resumed` has the names whose
    earlier closing was interrupted. `into` is the commit with the merged work, by default the
    task's branch. Return for each chamber where its work is, or the error because of which it
    stays. Once the waiting caller gives up, no further chamber is begun. Blocking.
    """
    target = into or _target(task)
    removal = _Removal(repo, task, target, ignored_files_to_save(repo), landed, resumed)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        taken = list(map_watched(pool, removal.take, chambers))
    taken = [
        removed if isinstance(removed, OrchestraError) else _with_tip(repo, target, removed)
        for removed in taken
    ]
    delete_discarded_admins(repo)
    gone = [removed for removed in taken if isinstance(removed, _Removed)]
    at = {removed.chamber.branch: removed.tip for removed in gone if removed.is_kept_elsewhere}
    deleted_branches = delete_branches(repo, at) if at else set[str]()
    stashes = list_stashes(repo)
    return [
        removed
        if isinstance(removed, OrchestraError)
        else _ended(repo, removed, deleted_branches, stashes)
        for removed in taken
    ]


def ignored_files_to_save(repo: Repository) -> IgnoredFiles:
    """Return which ignored files count as work in this repository; Orchestra's own never do."""
    return (
        ignored_files_except((*PATTERNS, *IGNORE_FILES))
        if saves_ignored(repo)
        else NO_IGNORED_FILES
    )


def _take(
    repo: Repository, target: str, chamber: Chamber, ignored: IgnoredFiles, landed: str
) -> _Removed:
    path, ref = Path(chamber.path), chamber_lifecycle.ref_for(chamber)
    message = _message(chamber)
    require_movable(path)
    if landed and remove_landed_worktree(repo, path, chamber.branch, landed):
        remove_provisions(path)
        return _Removed(chamber, merged=True, landed=landed)
    saved = save_work(
        repo, path, ref, message, merged_into=target, own_branch=chamber.branch, ignored=ignored
    )
    merged = saved is None or (ignored.are_work and _is_all_merged(repo, path, target))
    remove_worktree(repo, path, ignored)
    remove_provisions(path)
    return _Removed(chamber, saved, merged)


def _take_deleted(repo: Repository, target: str, chamber: Chamber, *, resumed: bool) -> _Removed:
    """Save what git has of a chamber whose directory is gone: its commits and staged files.

    A `resumed` closing may itself have removed the directory, after saving the work; otherwise
    somebody has deleted it.
    """
    path, ref = Path(chamber.path), chamber_lifecycle.ref_for(chamber)
    message, branch = _message(chamber), chamber.branch
    listed = any(worktree.path == path for worktree in list_worktrees(repo))
    has_commits = listed or not missing_branches(repo, [branch])
    saved = (
        find_save(repo, ref)
        or save_staged(repo, path, ref, message, target, own_branch=branch)
        or save_branch(repo, branch, ref, message, target)
    )
    if is_plain_directory(path):
        park_late_files(path)
    if listed:
        remove_worktree(repo, path)
    remove_provisions(path)
    merged = saved is None and (has_commits or resumed)
    return _Removed(chamber, saved, merged, deleted=not resumed)


def _with_late_files(repo: Repository, task: Task, removed: _Removed) -> _Removed:
    """Save files written at the chamber's path since its directory was examined."""
    chamber, saved = removed.chamber, removed.saved
    late = save_late_directories(repo, task, chamber, saved, chamber.ended_at + 1)
    return replace(removed, late=late)


def _is_there(chamber: Chamber) -> bool:
    path = Path(chamber.path)
    if is_in_quarantine(path) and is_plain_directory(path):
        park_late_files(path)
    restore_from_quarantine(path)
    return not is_gone(path)


def _message(chamber: Chamber) -> str:
    return f"Chamber {chamber.name} of task {chamber.task_id}, as it was when it was closed"


def _ended(
    repo: Repository, taken: _Removed, deleted_branches: set[str], stashes: Sequence[Stash]
) -> ClosedWork:
    last = taken.late or taken.saved
    saved_ref = last.ref if last else ""
    branch_kept = bool(taken.tip) and taken.chamber.branch not in deleted_branches
    stashes_left = describe_stashes(_stashes_of(repo, taken, stashes)) if stashes else ""
    note = _note(taken, branch_kept=branch_kept)
    return ClosedWork(saved_ref, branch_kept, f"{note}; {stashes_left}" if stashes_left else note)


def _stashes_of(repo: Repository, taken: _Removed, stashes: Sequence[Stash]) -> list[Stash]:
    """Return the stashes made in a chamber, also those under its branch's earlier name."""
    chamber = taken.chamber
    branches = {chamber.branch, branch_of(chamber.task_id, chamber.name)}
    tip = taken.saved.commit if taken.saved else taken.landed
    return stashes_made_on(repo, stashes, branches, chamber.base_commit, tip)


def _target(task: Task) -> str:
    return f"refs/heads/{task.base_branch}" if task.base_branch else ""


def _is_all_merged(repo: Repository, path: Path, target: str) -> bool:
    """Tell whether only ignored files had to be saved."""
    state = read_state(path)
    into = repo.resolve(target) if target else repo.head().commit
    return state.clean and is_merged(repo, state.head, into)


def _with_tip(repo: Repository, target: str, removed: _Removed) -> _Removed | OrchestraError:
    """Look up a removed chamber's branch, and whether its commits are kept elsewhere.

    A renamed branch stays, because somebody gave it that name.
    """
    branch, last = removed.chamber.branch, removed.late or removed.saved
    is_ours = branch.startswith(BRANCHES)
    if removed.landed and is_ours:
        return replace(removed, tip=removed.landed, is_kept_elsewhere=True)
    tip = repo.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").out.strip()
    try:
        is_kept_elsewhere = bool(tip and is_ours) and (
            (last is not None and tip == last.tip)
            or is_merged(repo, tip, repo.resolve(target) if target else repo.head().commit)
        )
    except OrchestraError as fault:
        return fault
    return replace(removed, tip=tip, is_kept_elsewhere=is_kept_elsewhere)


def _note(taken: _Removed, *, branch_kept: bool) -> str:
    saved_ref = taken.saved.ref if taken.saved else ""
    where = f"saved under {saved_ref}" if saved_ref else MERGED
    if saved_ref and taken.merged:
        where = f"{MERGED}; its ignored files are {where}"
    elif taken.deleted:
        is_safe = bool(taken.saved) or taken.merged
        where = f"{where}; its directory had been deleted" if is_safe else LOST
    if taken.late:
        where = f"{where}; {describe_late_save(taken.late.ref)}"
    return f"{where}; branch {taken.chamber.branch} is kept" if branch_kept else where
