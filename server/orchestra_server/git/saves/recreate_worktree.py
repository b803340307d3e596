"""A closed chamber's worktree and branch, made again with what was saved of them."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.remove_saved_worktree import delete_branch, remove_worktree
from orchestra_server.git.saves.restore import (
    find_saved,
    restore_submodules_of,
    restore_work,
    stands_at,
)
from orchestra_server.git.saves.resume_restore import begin_again
from orchestra_server.git.saves.save import SavedWork, kept_commits
from orchestra_server.git.saves.save_format import holds, is_saved
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.worktrees.add_and_list import (
    Worktree,
    WorktreePlan,
    add_worktrees,
    list_worktrees,
)


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """What is to be made: `plan` without its commit, which is the saved one."""

    ref: str
    path: Path
    branch: str
    name: str
    reason: str
    ours: tuple[str, ...]  # patterns of ignored files that are no work


def rebuild(repo: Repository, wanted: Rebuilding) -> tuple[str, ...]:
    """Make the worktree and put the saved work in; return what could not be filled, a line each.

    A worktree that an earlier attempt made is taken up. Raises Refused when something is in the
    way, which then stays as it is.
    """
    saved = find_saved(repo, wanted.ref)
    notes: tuple[str, ...] = ()
    if not _takes_up(repo, wanted, saved):
        _free_branch(repo, wanted.branch, saved.tip)
        plan = WorktreePlan(wanted.name, wanted.path, wanted.branch, saved.tip, wanted.reason)
        notes = add_worktrees(repo, [plan])
    states = (read_state(wanted.path), read_state(wanted.path, ours=wanted.ours))
    if states[0].clean or not any(holds(repo, wanted.ref, state) for state in states):
        begin_again(repo, wanted.ref, wanted.path)
        restore_work(repo, wanted.ref, wanted.path)
    else:
        restore_submodules_of(repo, wanted.ref, wanted.path)
    return notes


def _takes_up(repo: Repository, wanted: Rebuilding, saved: SavedWork) -> bool:
    """Tell whether the worktree is there; one made for another save is taken away first."""
    tree = next(
        (one for one in list_worktrees(repo) if one.path == wanted.path and not one.gone), None
    )
    if tree is None:
        return False
    if not _is_of(repo, wanted, tree):
        raise Refused(
            f"{wanted.path} is a worktree on {tree.branch or 'a detached HEAD'}; "
            f"move it: git worktree move '{wanted.path}' ELSEWHERE"
        )
    state = read_state(wanted.path, ours=wanted.ours)
    begun = state.clean and state.head in {saved.tip, saved.head}
    others = state.clean or (is_saved(repo, state) and not holds(repo, wanted.ref, state))
    if begun or not others:
        return True
    remove_worktree(repo, wanted.path, wanted.ours)
    return False


def _is_of(repo: Repository, wanted: Rebuilding, tree: Worktree) -> bool:
    if tree.branch == wanted.branch:
        return True
    place = stands_at(repo, wanted.ref)
    return bool(place) and tree.branch in {"", place.removeprefix("refs/heads/")}


def _free_branch(repo: Repository, branch: str, tip: str) -> None:
    """Delete the branch where its commit is kept: it is made again at the saved one."""
    at = repo.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").out.strip()
    if at and at not in {tip, *kept_commits(repo)}:
        raise Refused(
            f"branch {branch} is at {at[:12]} and was saved at {tip[:12]}; "
            f"give it another name: git branch -m {branch} {branch}-kept"
        )
    if at:
        delete_branch(repo, branch, at)
