"""Saves a worktree's work as a commit under a ref, so that removing the worktree loses nothing.

The saved commit's tree is the working tree with its untracked files. Its first parent is HEAD, its
second holds the index, and a third, if needed, what those cannot hold
(`save_index_and_operation.py`). Ignored files are saved where
`orchestra.saveIgnored` is true in git's configuration; empty directories are not saved.
"""

from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.names import SAVED
from orchestra_server.git.repository.is_merged import is_merged
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import require_worktree
from orchestra_server.git.saves.save_format import find_commit, write_save
from orchestra_server.git.saves.save_index_and_operation import (
    SUBMODULES,
    SaveExtras,
    gather_extras,
    read_entry,
    read_extras,
)
from orchestra_server.git.saves.save_submodules import save_submodules
from orchestra_server.git.snapshot.ignored_files_to_save import NO_IGNORED_FILES, IgnoredFiles
from orchestra_server.git.snapshot.index_copy import WorktreeState, read_staged, read_state
from orchestra_server.git.snapshot.reflog_commits import last_commit
from orchestra_server.git.worktrees.submodules import (
    preserve_submodule_commits,
    preserve_submodule_commits_of_missing,
)

_SAVE_IGNORED = "orchestra.saveIgnored"
_HEADS = "refs/heads/"
_HEAD_ON = f"ref: {_HEADS}"  # a HEAD that is on a branch


@dataclass(frozen=True, slots=True)
class SavedCommit:
    """Work under a ref: `head` is the commit that the worktree was at, `branch` its branch.

    `tip` is the commit of the chamber's own branch, which is `head` unless HEAD was elsewhere.
    """

    ref: str
    commit: str
    head: str
    branch: str
    tip: str


def saves_ignored(repo: Repository) -> bool:
    """Tell whether ignored files count as work here, by `git config orchestra.saveIgnored`."""
    return repo.run("config", "--type=bool", "--get", _SAVE_IGNORED).out.strip() == "true"


def save_work(
    repo: Repository,
    worktree: Path,
    ref: str,
    message: str,
    merged_into: str = "",
    *,
    own_branch: str = "",
    ignored: IgnoredFiles = NO_IGNORED_FILES,
) -> SavedCommit | None:
    """Save everything a worktree holds under `ref`; None when it is clean and merged.

    `merged_into` is the revision the work should have reached, by default the repository's HEAD;
    `own_branch` is the chamber's, by default the one it is on. `ignored` says which ignored files
    count as work. Saving the same state under the same ref again changes nothing. Raises Refused
    when the ref holds other work, or when something in the worktree cannot be saved.
    """
    require_worktree(worktree)
    preserve_submodule_commits(repo, worktree)
    modules = save_submodules(repo, worktree, ref, ignored)
    state = read_state(worktree, ignored=ignored)
    admin = find_admin_directory(repo, worktree)
    if admin is None:
        raise Refused(f"{worktree} is no worktree of {repo.top}; run 'orchestra reconcile'")
    extras = gather_extras(
        repo, state, admin, own_branch or state.branch, worktree, submodules=modules
    )
    return _save(repo, state, extras, ref, message, merged_into=merged_into)


def save_staged(
    repo: Repository,
    worktree: Path,
    ref: str,
    message: str,
    merged_into: str = "",
    *,
    own_branch: str = "",
) -> SavedCommit | None:
    """Save commits and index of a worktree whose directory is gone; else as `save_work`.

    None too where git no longer lists the worktree: see `save_branch`.
    """
    admin = find_admin_directory(repo, worktree)
    if admin is None:
        return None
    head = find_commit(repo, f"worktrees/{admin.name}/HEAD") or last_commit(repo, admin)
    if not head:
        return None
    head_file = (admin / "HEAD").read_text(encoding="utf-8", errors="surrogateescape").strip()
    branch = head_file.removeprefix(_HEAD_ON) if head_file.startswith(_HEAD_ON) else ""
    preserve_submodule_commits_of_missing(repo, admin)
    state = read_staged(repo.top, head, branch, admin)
    extras = gather_extras(repo, state, admin, own_branch or branch, None)
    return _save(repo, state, extras, ref, message, merged_into=merged_into)


def save_branch(
    repo: Repository, branch: str, ref: str, message: str, merged_into: str = ""
) -> SavedCommit | None:
    """Save the commits of a branch whose worktree is gone; None if it is gone too, or merged."""
    tip = find_commit(repo, f"{_HEADS}{branch}")
    if not tip:
        return None
    tree = repo.git("rev-parse", f"{tip}^{{tree}}").strip()
    state = WorktreeState(tip, tree, tree, tree, (), branch=branch)
    return _save(repo, state, SaveExtras((), ()), ref, message, merged_into=merged_into)


def find_admin_directory(repo: Repository, worktree: Path) -> Path | None:
    """Return git's own directory for a linked worktree, found by its path, None when unlisted."""
    for pointer in repo.common_dir.glob("worktrees/*/gitdir"):
        if Path(pointer.read_text(encoding="utf-8").removesuffix("\n")) == worktree / ".git":
            return pointer.parent
    return None


def saved_head_commits(repo: Repository) -> set[str]:
    """Return the HEAD commits of saved worktrees."""
    return set(repo.git("for-each-ref", "--format=%(parent)", SAVED).split())


def find_save(repo: Repository, ref: str) -> SavedCommit | None:
    """Return what an interrupted attempt saved under the ref."""
    commit = find_commit(repo, ref)
    if not commit:
        return None
    head = repo.git("rev-parse", f"{commit}^1").strip()
    tip = read_entry(repo, read_extras(repo, commit), "branch")
    return SavedCommit(ref, commit, head, "", tip or head)


def _save(
    repo: Repository,
    state: WorktreeState,
    extras: SaveExtras,
    ref: str,
    message: str,
    *,
    merged_into: str,
) -> SavedCommit | None:
    into = repo.resolve(merged_into) if merged_into else repo.head().commit
    clean = state.clean and SUBMODULES not in extras.names
    if clean and all(is_merged(repo, commit, into) for commit in (state.head, *extras.commits)):
        return None
    commit = write_save(repo, ref, state, extras, message)
    return SavedCommit(ref, commit, state.head, state.branch, extras.tip or state.head)
