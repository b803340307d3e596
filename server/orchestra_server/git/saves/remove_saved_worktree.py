"""Removes worktrees and branches, but never work that exists nowhere else."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.repository.branch_tips import missing_branches
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import read_status, require_worktree
from orchestra_server.git.saves.save_format import is_state_saved
from orchestra_server.git.saves.save_submodules import require_submodules_saved
from orchestra_server.git.snapshot.hidden_changes import hides_changes
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES, IgnoredFiles
from orchestra_server.git.snapshot.in_progress_operation import read_operation
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.snapshot.reflog_commits import abandoned_commits
from orchestra_server.git.worktrees.checked_out import branches_checked_out
from orchestra_server.git.worktrees.quarantine import (
    delete_discarded_admins,
    delete_discarded_in_background,
    discard,
    quarantined,
    require_admin_directory,
    restore_from_quarantine,
)
from orchestra_server.git.worktrees.submodules import (
    preserve_submodule_commits,
    require_no_own_repository,
)


def remove_worktree(repo: Repository, path: Path, ignored: IgnoredFiles = NO_IGNORED_FILES) -> None:
    """Remove a worktree and its directory; raises Refused when unsaved work would be lost.

    Uncommitted and untracked work must be in a saved ref exactly as it is now, and commits must be
    on a ref. Ignored files go with the directory unless `ignored` counts them as work.
    """
    restore_from_quarantine(path)
    if not os.path.lexists(path):
        with repo.locked():  # forced twice: it is locked, and never unlocked while it is there
            repo.git("worktree", "remove", "--force", "--force", str(path))
        return
    require_worktree(path)
    admin = require_admin_directory(repo, path)
    require_no_own_repository(path, admin)
    if _has_submodules(path, admin):
        preserve_submodule_commits(repo, path)
        require_submodules_saved(repo, path, ignored)
        _require_saved(repo, path, path, ignored)
        discard(repo, path, admin)
    else:
        with quarantined(path) as quarantined_path:
            _require_saved(repo, path, quarantined_path, ignored)
            discard(repo, quarantined_path, admin)
    delete_discarded_admins(repo)
    delete_discarded_in_background(path.parent)


def remove_landed_worktree(repo: Repository, path: Path, branch: str, commit: str) -> bool:
    """Remove a worktree that is clean at its branch's commit, which the caller has landed.

    Returns False and changes nothing when the worktree is in any other state. The caller deletes
    its files with `delete_discarded_in_background`.
    """
    restore_from_quarantine(path)
    require_worktree(path)
    admin = require_admin_directory(repo, path)
    require_no_own_repository(path, admin)
    if _has_submodules(path, admin):
        return False
    with quarantined(path) as quarantined_path:
        status = read_status(quarantined_path, among_many=True)
        if (
            not status.clean
            or (status.branch, status.commit) != (branch, commit)
            or hides_changes(admin / "index", len(commit) // 2)
            or read_operation(quarantined_path, admin)
            or abandoned_commits(repo, admin, commit)
        ):
            return False
        discard(repo, quarantined_path, admin)
    return True


def delete_branch(repo: Repository, branch: str, expected_commit: str) -> bool:
    """Delete a branch if it is still at the commit that was read; tell whether it was deleted."""
    return branch in delete_branches(repo, {branch: expected_commit})


def delete_branches(repo: Repository, expected: Mapping[str, str]) -> set[str]:
    """Delete the branches that are still at the commits that were read; return their names.

    The repository is not locked meanwhile, since the user's reference-transaction hook runs. The
    branches stay where that hook refuses, or is ended.
    """
    checked_out = branches_checked_out(repo)
    free = {branch: commit for branch, commit in expected.items() if branch not in checked_out}
    try:
        deleted = _delete_refs(repo, free)
    except Refused:  # git asks the hook before and after it deletes them
        deleted = missing_branches(repo, list(free))
    if deleted:
        _forget_branches(repo, deleted)
    return deleted


def _forget_branches(repo: Repository, branches: Collection[str]) -> None:
    """Remove the settings of deleted branches: a pushed one has an upstream in them."""
    if b"branch" not in (repo.common_dir / "config").read_bytes().lower():
        return
    with repo.locked():
        settings = repo.run("config", "--local", "--name-only", "--get-regexp", r"^branch\.")
        for branch in sorted(branches):
            if f"\nbranch.{branch}." in f"\n{settings.out}":
                repo.run("config", "--local", "--remove-section", f"branch.{branch}")


def _delete_refs(repo: Repository, expected: Mapping[str, str]) -> set[str]:
    """Delete all refs in one transaction, or, if one has moved, each of the others."""
    if not expected:
        return set()
    stdin = "".join(
        f"delete refs/heads/{branch}\0{commit}\0" for branch, commit in expected.items()
    )
    if repo.run("update-ref", "-z", "--stdin", stdin=stdin).status == 0:
        return set(expected)
    if len(expected) == 1:
        return set()
    return {branch for branch, commit in expected.items() if _delete_refs(repo, {branch: commit})}


def _has_submodules(path: Path, admin: Path) -> bool:
    """Tell whether a worktree has submodules: their git directories hold its path."""
    return (path / ".gitmodules").is_file() or (admin / "modules").exists()


def _require_saved(
    repo: Repository, path: Path, quarantined_path: Path, ignored: IgnoredFiles
) -> None:
    """Raise Refused unless everything that a worktree holds is reachable from some ref."""
    state = read_state(quarantined_path, ignored=ignored)
    if not state.clean and not is_state_saved(repo, state):
        raise Refused(f"{path} has uncommitted work that is not saved; save it first")
    if not repo.git("for-each-ref", "--count=1", "--contains", state.head):
        raise Refused(f"{path} has commits that are on no branch; save it first")
