"""Worktrees and branches removed, and never work that is nowhere else."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import require_worktree, standing_of
from orchestra_server.git.saves.save_format import is_saved
from orchestra_server.git.saves.save_submodules import require_submodules_saved
from orchestra_server.git.snapshot.hidden_changes import hides_changes
from orchestra_server.git.snapshot.in_progress_operation import read_operation
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.snapshot.reflog_commits import taken_back
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.git.worktrees.quarantine import (
    delete_behind,
    give_up,
    record_of,
    set_aside,
    take_up,
)
from orchestra_server.git.worktrees.submodules import keep_commits


def remove_worktree(repo: Repository, path: Path, ours: Sequence[str] | None = None) -> None:
    """Remove a worktree and its directory; raises Refused when something unsaved would go.

    Uncommitted and untracked work must be in some saved ref exactly as it is now, and commits must
    be on some ref. Ignored files go with the directory; with `ours`, only those it matches do so
    unsaved.
    """
    take_up(path)
    if not os.path.lexists(path):
        with repo.locked():  # forced twice: it is locked, and never unlocked while it is there
            repo.git("worktree", "remove", "--force", "--force", str(path))
        return
    require_worktree(path)
    record = record_of(repo, path)
    if _has_submodules(path, record):
        keep_commits(repo, path)
        require_submodules_saved(repo, path, ours)
        _require_kept(repo, path, path, ours)
        give_up(repo, path, record)
    else:
        with set_aside(path) as aside:
            _require_kept(repo, path, aside, ours)
            give_up(repo, aside, record)
    delete_behind(path.parent)


def remove_landed(repo: Repository, path: Path, branch: str, commit: str) -> bool:
    """Remove a worktree that is clean at its branch's commit, which the caller knows to be landed.

    False, and it stays as it is, when it is anything else. Its files are left to `delete_behind`.
    """
    take_up(path)
    require_worktree(path)
    record = record_of(repo, path)
    if _has_submodules(path, record):
        return False
    with set_aside(path) as aside:
        found = standing_of(aside)
        if (
            not found.clean
            or (found.branch, found.commit) != (branch, commit)
            or hides_changes(record / "index", len(commit) // 2)
            or read_operation(aside, record)
            or taken_back(repo, record, commit)
        ):
            return False
        give_up(repo, aside, record)
    return True


def delete_branch(repo: Repository, branch: str, expected_commit: str) -> bool:
    """Delete a branch only if it still is where it was seen; False when it is not or is gone."""
    return branch in delete_branches(repo, {branch: expected_commit})


def delete_branches(repo: Repository, expected: Mapping[str, str]) -> set[str]:
    """Delete those branches that still are where they were seen; return which."""
    standing = {worktree.branch for worktree in list_worktrees(repo)}
    free = {branch: commit for branch, commit in expected.items() if branch not in standing}
    with repo.locked():
        gone = _delete_refs(repo, free)
        # Where they were pushed to, if they were.
        named = repo.run("config", "--local", "--name-only", "--get-regexp", r"^branch\.")
        for branch in sorted(gone):
            if f"\nbranch.{branch}." in f"\n{named.out}":
                repo.run("config", "--local", "--remove-section", f"branch.{branch}")
    return gone


def _delete_refs(repo: Repository, expected: Mapping[str, str]) -> set[str]:
    """Delete in one go, and where one of them has moved, those that have not."""
    if not expected:
        return set()
    feed = "".join(f"delete refs/heads/{branch}\0{commit}\0" for branch, commit in expected.items())
    if repo.run("update-ref", "-z", "--stdin", feed=feed).status == 0:
        return set(expected)
    if len(expected) == 1:
        return set()
    return {branch for branch, commit in expected.items() if _delete_refs(repo, {branch: commit})}


def _has_submodules(path: Path, record: Path) -> bool:
    """Tell whether a worktree has submodules: they know it by its path, and it stays there."""
    return (path / ".gitmodules").is_file() or (record / "modules").exists()


def _require_kept(repo: Repository, path: Path, there: Path, ours: Sequence[str] | None) -> None:
    """Raise Refused unless all that a worktree holds, wherever it stands, is under some ref."""
    state = read_state(there, ours=ours)
    if not state.clean and not is_saved(repo, state):
        raise Refused(f"{path} has uncommitted work that is not saved; save it first")
    if not repo.git("for-each-ref", "--count=1", "--contains", state.head):
        raise Refused(f"{path} has commits that are on no branch; save it first")
