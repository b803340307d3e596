"""Restores saved work exactly, into a worktree made for it."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from orchestra_core.errors import Refused, Unknown
from orchestra_core.names import SAVED
from orchestra_server.git.process.failing_filters import without_filters
from orchestra_server.git.process.run import ceiling_env, git_output, run_git
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import require_worktree
from orchestra_server.git.saves.only_saved_content import differs_in_submodules_alone
from orchestra_server.git.saves.restore_mark import mark_restoring, restoring, unmark_restoring
from orchestra_server.git.saves.restore_submodules import (
    restore_submodules,
    saved_branch,
    take_out_removed_submodules,
)
from orchestra_server.git.saves.resume_restore import reset_partial_restore
from orchestra_server.git.saves.save import SavedCommit, find_admin_directory, find_save
from orchestra_server.git.saves.save_format import holds_state
from orchestra_server.git.saves.save_index_and_operation import (
    operation_files,
    read_entry,
    read_extras,
    saved_unfiltered,
    unmerged_stages,
)
from orchestra_server.git.snapshot.exact_bytes_and_modes import MODES, restore_exact_files
from orchestra_server.git.snapshot.in_progress_operation import restore_operation_files
from orchestra_server.git.snapshot.index_copy import WorktreeState, read_state
from orchestra_server.git.snapshot.reflog_commits import LOG
from orchestra_server.git.worktrees.submodules import fill_submodules

_TRUSTED = 2.0  # seconds: no file is as young
_HEADS = "refs/heads/"


def require_save(repo: Repository, ref: str) -> SavedCommit:
    """Return what is saved under a ref: a worktree to restore it begins at its `tip`."""
    saved = find_save(repo, ref)
    if saved is None:
        raise Unknown(f"{ref} does not exist; see what was saved: git for-each-ref {SAVED}")
    return saved


def saved_head_name(repo: Repository, ref: str) -> str:
    """Return the saved HEAD: a full branch name, a commit, or "" for the chamber's own branch."""
    return read_entry(repo, read_extras(repo, ref), "HEAD")


def restore_work(repo: Repository, ref: str, worktree: Path) -> None:
    """Restore HEAD, index, files, untracked files, modes, links and an operation in progress.

    The worktree is clean and at the commit of the saved branch or of HEAD. Raises Refused when it
    has work of its own or is at another commit; git checks every file before it writes the first.
    An interrupted restore starts again (`resume_restore.py`); the index comes last.
    """
    admin = find_admin_directory(repo, worktree)
    if admin is None:
        raise Refused(f"{worktree} is no worktree of {repo.top}; restore into one that is")
    saved, state = require_save(repo, ref), _require_clean(repo, ref, worktree)
    if state.head not in {saved.head, saved.tip}:
        raise Refused(
            f"{worktree} is at {state.head[:12]} and {ref} was saved at {saved.tip[:12]}; "
            f"restore into a worktree made at {saved.tip[:12]}"
        )
    _restore(repo, saved, worktree, admin, repo.common_dir / "modules")


def finish_restore(repo: Repository, ref: str, worktree: Path) -> None:
    """Restore what may be missing in a worktree whose files are restored; its content stays.

    Only submodules may be missing, unless the restore was interrupted.
    """
    main_copies, admin = repo.common_dir / "modules", find_admin_directory(repo, worktree)
    saved = require_save(repo, ref)
    if admin is not None and restoring(admin) == ref:
        _finish(repo, saved, worktree, admin, main_copies)
    else:
        restore_submodules(repo, ref, worktree, main_copies, _restore_submodule)


def _restore_submodule(repo: Repository, ref: str, worktree: Path, main_copies: Path) -> None:
    """Restore a submodule that was checked out at any commit; a restored one stays as it is."""
    saved, admin, state = require_save(repo, ref), repo.common_dir, read_state(worktree)
    branch = saved_branch(repo, saved.commit).removeprefix(_HEADS)
    if state.branch == branch and holds_state(repo, ref, state):
        if restoring(admin) == ref:
            _finish(repo, saved, worktree, admin, main_copies)
        return
    reset_partial_restore(repo, ref, worktree, admin, main_copies)
    state = _require_clean(repo, ref, worktree)
    mark_restoring(admin, saved.ref)
    if state.head != saved.head:
        git_output(worktree, "read-tree", "-m", "-u", "HEAD", saved.head)
        git_output(worktree, "update-ref", "--no-deref", "HEAD", saved.head)
    _restore(repo, saved, worktree, admin, main_copies)


def _require_clean(repo: Repository, ref: str, worktree: Path) -> WorktreeState:
    """Return the state of a worktree without work; `ref` may name its submodules' commits."""
    require_worktree(worktree)
    state = read_state(worktree)
    if not state.clean and not differs_in_submodules_alone(repo, ref, state):
        raise Refused(f"{worktree} has uncommitted work; commit it before restoring {ref} there")
    return state


def _restore(
    repo: Repository, saved: SavedCommit, worktree: Path, admin: Path, main_copies: Path
) -> None:
    mark_restoring(admin, saved.ref)
    _put_head(repo, worktree, saved, read_entry(repo, read_extras(repo, saved.commit), "HEAD"))
    take_out_removed_submodules(repo, saved.ref, worktree, main_copies, admin)
    unfiltered = saved_unfiltered(repo, saved.commit)
    if unfiltered:
        _trust_index(admin)
    git_output(
        worktree, *without_filters(unfiltered), "read-tree", "-m", "-u", "HEAD", saved.commit
    )
    _finish(repo, saved, worktree, admin, main_copies)


def _trust_index(admin: Path) -> None:
    """Let git take files as clean by their times, which the index of a clean worktree has.

    Git reads a file that was written in the same second as the index; the caller works without the
    filter that would turn its content into what the index holds.
    """
    later = time.time() + _TRUSTED
    os.utime(admin / "index", (later, later))


def _finish(
    repo: Repository, saved: SavedCommit, worktree: Path, admin: Path, main_copies: Path
) -> None:
    """Restore what comes after the files, the index last."""
    extras = read_extras(repo, saved.commit)
    restore_exact_files(repo, worktree, extras, read_entry(repo, extras, MODES))
    restore_operation_files(repo.top, admin, operation_files(extras))
    if "log" in extras:
        (admin / LOG).write_bytes(os.fsencode(read_entry(repo, extras, "log")))
    fill_submodules(repo, worktree)
    restore_submodules(repo, saved.ref, worktree, main_copies, _restore_submodule)
    _put_index(repo, worktree, admin, saved.commit, extras)
    # Then no unchanged file shows as changed; the exit status says whether any has changed.
    run_git(worktree, "update-index", "-q", "--unmerged", "--refresh", env=ceiling_env(worktree))
    unmark_restoring(admin)


def _put_head(repo: Repository, worktree: Path, saved: SavedCommit, head_name: str) -> None:
    """Move HEAD from the chamber's branch to what it named before; the branch stays."""
    if not head_name:
        return
    git_output(worktree, "read-tree", "-m", "-u", "HEAD", saved.head)
    here = run_git(worktree, "symbolic-ref", "--quiet", "HEAD", env=ceiling_env(worktree))
    if here.out.strip() == head_name:  # an interrupted restore has moved it
        return
    at = repo.run("rev-parse", "--verify", "--quiet", head_name).out.strip()
    if head_name.startswith(_HEADS) and at == saved.head and not _is_checked_out(repo, head_name):
        git_output(worktree, "symbolic-ref", "-m", "orchestra: restore", "HEAD", head_name)
    else:
        git_output(
            worktree, "update-ref", "--no-deref", "-m", "orchestra: restore", "HEAD", saved.head
        )


def _is_checked_out(repo: Repository, branch: str) -> bool:
    listed = repo.git("worktree", "list", "--porcelain", "-z").split("\0")
    return f"branch {branch}" in listed


def _put_index(
    repo: Repository, worktree: Path, admin: Path, ref: str, extras: Mapping[str, str]
) -> None:
    if "index" in extras:
        temporary = admin / "index.orchestra"
        temporary.write_bytes(os.fsencode(read_entry(repo, extras, "index")))
        temporary.replace(admin / "index")
        return
    # Not -m: that refuses where a file's mode or bytes were put back after its entry was written.
    git_output(worktree, "read-tree", "--reset", f"{ref}^2")
    stages = unmerged_stages(extras)
    if stages:  # an older save, which holds no index
        git_output(worktree, "update-index", "-z", "--index-info", stdin=stages)
