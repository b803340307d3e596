"""Saved work brought back exactly into a worktree made for it."""

import os
from collections.abc import Mapping
from pathlib import Path

from orchestra_core.errors import Refused, Unknown
from orchestra_core.names import SAVED
from orchestra_server.git.process.run import git_in, only_here, run_git
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import require_worktree
from orchestra_server.git.saves.restore_submodules import restore_submodules
from orchestra_server.git.saves.resume_restore import begin_again
from orchestra_server.git.saves.save import SavedWork, admin_directory, saved_before
from orchestra_server.git.saves.save_extras import (
    SUBMODULES,
    operation_in,
    read_aside,
    stages_in,
    text_in,
)
from orchestra_server.git.snapshot.exact_bytes_and_modes import MODES, put_exactly
from orchestra_server.git.snapshot.in_progress_operation import write_operation
from orchestra_server.git.snapshot.index_copy import State, read_state
from orchestra_server.git.snapshot.reflog_commits import LOG
from orchestra_server.git.worktrees.submodules import fill_submodules

_HEADS = "refs/heads/"


def find_saved(repo: Repository, ref: str) -> SavedWork:
    """Return what is saved under a ref: a worktree to restore it begins at its `tip`."""
    saved = saved_before(repo, ref)
    if saved is None:
        raise Unknown(f"{ref} does not exist; see what was saved: git for-each-ref {SAVED}")
    return saved


def stands_at(repo: Repository, ref: str) -> str:
    """Return what HEAD was of saved work, a branch in full or a commit; "" for its own branch."""
    return text_in(repo, read_aside(repo, ref), "HEAD")


def restore_work(repo: Repository, ref: str, worktree: Path) -> None:
    """Bring HEAD, index, files, untracked files, modes, links and what was under way back.

    The worktree is clean and at the commit of the saved branch or of HEAD. Raises Refused when it
    has work of its own or stands at another commit; git checks every file before it writes the
    first. What breaks off is begun again (`half_restored.py`); the index comes last.
    """
    admin = admin_directory(repo, worktree)
    if admin is None:
        raise Refused(f"{worktree} is no worktree of {repo.top}; restore into one that is")
    saved, state = find_saved(repo, ref), _require_clean(ref, worktree)
    if state.head not in {saved.head, saved.tip}:
        raise Refused(
            f"{worktree} stands at {state.head[:12]} and {ref} was saved at {saved.tip[:12]}; "
            f"restore into a worktree made at {saved.tip[:12]}"
        )
    _restore(repo, saved, worktree, admin, repo.common_dir / "modules")


def restore_submodules_of(repo: Repository, ref: str, worktree: Path) -> None:
    """Bring those back alone, of work that is back otherwise; what is back stays as it is."""
    stores, kept = repo.common_dir / "modules", read_aside(repo, ref)
    listed = text_in(repo, kept, SUBMODULES)
    restore_submodules(stores, worktree, ref, listed, _restore_submodule)


def _restore_submodule(repo: Repository, ref: str, worktree: Path, stores: Path) -> None:
    """Bring a submodule back that was just filled, at whatever commit."""
    saved = find_saved(repo, ref)
    begin_again(repo, ref, worktree, repo.common_dir)
    state = _require_clean(ref, worktree)
    if state.head != saved.head:
        git_in(worktree, "read-tree", "-m", "-u", "HEAD", saved.head)
        git_in(worktree, "update-ref", "--no-deref", "HEAD", saved.head)
    _restore(repo, saved, worktree, repo.common_dir, stores)


def _require_clean(ref: str, worktree: Path) -> State:
    require_worktree(worktree)
    state = read_state(worktree)
    if not state.clean:
        raise Refused(f"{worktree} has uncommitted work; commit it before restoring {ref} there")
    return state


def _restore(repo: Repository, saved: SavedWork, worktree: Path, admin: Path, stores: Path) -> None:
    ref = saved.commit
    kept = read_aside(repo, ref)
    _put_head(repo, worktree, saved, text_in(repo, kept, "HEAD"))
    git_in(worktree, "read-tree", "-m", "-u", "HEAD", ref)
    put_exactly(repo, worktree, kept, text_in(repo, kept, MODES))
    write_operation(repo.top, admin, operation_in(kept))
    if "log" in kept:
        (admin / LOG).write_bytes(os.fsencode(text_in(repo, kept, "log")))
    fill_submodules(repo, worktree)
    listed = text_in(repo, kept, SUBMODULES)
    restore_submodules(stores, worktree, saved.ref, listed, _restore_submodule)
    _put_index(repo, worktree, admin, ref, kept)
    # So that nothing shows as changed that is not; its status says whether anything is.
    run_git(worktree, "update-index", "-q", "--unmerged", "--refresh", env=only_here(worktree))


def _put_head(repo: Repository, worktree: Path, saved: SavedWork, place: str) -> None:
    """Move HEAD from the chamber's branch to where it was; the branch stays."""
    if not place:
        return
    git_in(worktree, "read-tree", "-m", "-u", "HEAD", saved.head)
    at = repo.run("rev-parse", "--verify", "--quiet", place).out.strip()
    if place.startswith(_HEADS) and at == saved.head and not _is_checked_out(repo, place):
        git_in(worktree, "symbolic-ref", "-m", "orchestra: restore", "HEAD", place)
    else:
        git_in(worktree, "update-ref", "--no-deref", "-m", "orchestra: restore", "HEAD", saved.head)


def _is_checked_out(repo: Repository, branch: str) -> bool:
    listed = repo.git("worktree", "list", "--porcelain", "-z").split("\0")
    return f"branch {branch}" in listed


def _put_index(
    repo: Repository, worktree: Path, admin: Path, ref: str, kept: Mapping[str, str]
) -> None:
    if "index" in kept:
        passing = admin / "index.orchestra"
        passing.write_bytes(os.fsencode(text_in(repo, kept, "index")))
        passing.replace(admin / "index")
        return
    git_in(worktree, "read-tree", "-m", f"{ref}^2")
    stages = stages_in(kept)
    if stages:  # saved before there was an index to keep
        git_in(worktree, "update-index", "-z", "--index-info", feed=stages)
