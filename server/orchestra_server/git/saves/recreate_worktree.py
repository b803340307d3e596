"""Makes a closed chamber's worktree and branch again, with the saved work."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.remove_saved_worktree import delete_branch, remove_worktree
from orchestra_server.git.saves.restore import (
    finish_restore,
    require_save,
    restore_work,
    saved_head_name,
)
from orchestra_server.git.saves.restore_mark import restoring
from orchestra_server.git.saves.resume_restore import reset_partial_restore
from orchestra_server.git.saves.save import (
    SavedCommit,
    find_admin_directory,
    saved_head_commits,
)
from orchestra_server.git.saves.save_format import as_saved, holds_state, is_state_saved
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES, IgnoredFiles
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.worktrees.add_and_list import (
    Worktree,
    WorktreePlan,
    add_worktrees,
    list_worktrees,
    take_back_worktrees,
)


@dataclass(frozen=True, slots=True)
class WorktreeToRecreate:
    """The worktree to make: `plan` without its commit, which is the saved one."""

    ref: str
    path: Path
    branch: str
    name: str
    reason: str
    ignored: IgnoredFiles


def recreate_worktree(repo: Repository, wanted: WorktreeToRecreate) -> tuple[str, ...]:
    """Make the worktree and restore the saved work; return a line for each part that failed.

    A worktree that an earlier attempt made is used. Raises Refused when something is in the way,
    which stays as it is.
    """
    saved = require_save(repo, wanted.ref)
    if _uses_existing(repo, wanted, saved):
        _put_work_in(repo, wanted)
        return ()
    _free_branch(repo, wanted.branch, saved.tip)
    plan = WorktreePlan(wanted.name, wanted.path, wanted.branch, saved.tip, wanted.reason)
    notes = add_worktrees(repo, [plan])
    try:
        _put_work_in(repo, wanted)
    except BaseException:
        take_back_worktrees(repo, [plan])
        raise
    return notes


def _put_work_in(repo: Repository, wanted: WorktreeToRecreate) -> None:
    states = [
        as_saved(repo, wanted.ref, wanted.path, read_state(wanted.path, ignored=ignored))
        for ignored in (NO_IGNORED_FILES, wanted.ignored)
    ]
    if states[0].clean or not any(holds_state(repo, wanted.ref, state) for state in states):
        reset_partial_restore(repo, wanted.ref, wanted.path)
        restore_work(repo, wanted.ref, wanted.path)
    else:
        finish_restore(repo, wanted.ref, wanted.path)


def _uses_existing(repo: Repository, wanted: WorktreeToRecreate, saved: SavedCommit) -> bool:
    """Tell whether the worktree exists; one that was made for another save is removed first."""
    tree = next(
        (
            worktree
            for worktree in list_worktrees(repo)
            if worktree.path == wanted.path and not worktree.gone
        ),
        None,
    )
    if tree is None:
        return False
    if not _belongs_to_save(repo, wanted, tree):
        raise Refused(
            f"{wanted.path} is a worktree on {tree.branch or 'a detached HEAD'}; "
            f"move it: git worktree move '{wanted.path}' ELSEWHERE"
        )
    unfinished = _unfinished_restore(repo, wanted.path)
    made_for_other = unfinished not in {"", wanted.ref}
    if made_for_other:
        reset_partial_restore(repo, unfinished, wanted.path)
    state = read_state(wanted.path, ignored=wanted.ignored)
    begun = state.clean and state.head in {saved.tip, saved.head} and not made_for_other
    is_replaceable = state.clean or (
        is_state_saved(repo, state) and not holds_state(repo, wanted.ref, state)
    )
    if begun or not is_replaceable:
        return True
    _require_free_branch(repo, wanted.branch, saved.tip)
    remove_worktree(repo, wanted.path, wanted.ignored)
    return False


def _unfinished_restore(repo: Repository, path: Path) -> str:
    admin = find_admin_directory(repo, path)
    return restoring(admin) if admin is not None else ""


def _belongs_to_save(repo: Repository, wanted: WorktreeToRecreate, tree: Worktree) -> bool:
    if tree.branch == wanted.branch:
        return True
    place = saved_head_name(repo, wanted.ref)
    return bool(place) and tree.branch in {"", place.removeprefix("refs/heads/")}


def _free_branch(repo: Repository, branch: str, tip: str) -> None:
    """Delete the branch if its commit is kept elsewhere; it is made again at the saved commit."""
    at = _require_free_branch(repo, branch, tip)
    if at:
        delete_branch(repo, branch, at)


def _require_free_branch(repo: Repository, branch: str, tip: str) -> str:
    """Return the branch's commit, "" for none; raises Refused when it is not kept elsewhere."""
    at = repo.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").out.strip()
    if at and at not in {tip, *saved_head_commits(repo)}:
        raise Refused(
            f"branch {branch} is at {at[:12]} and was saved at {tip[:12]}; "
            f"give it another name: git branch -m {branch} {branch}-kept"
        )
    return at
