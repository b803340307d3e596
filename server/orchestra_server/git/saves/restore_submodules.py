"""Restores a chamber's submodules with the uncommitted work that was saved of them."""

from collections.abc import Callable
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import ceiling_env, run_git
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import read_status
from orchestra_server.git.saves.only_saved_content import fetch_save, saved_submodules, tree_paths
from orchestra_server.git.saves.save_submodules import own_repository
from orchestra_server.git.worktrees.submodules import FilledSubmodule, filled_submodules, take_out

_HEADS = "refs/heads/"
Restore = Callable[[Repository, str, Path, Path], None]


def restore_submodules(
    repo: Repository, ref: str, worktree: Path, main_copies: Path, restore: Restore
) -> None:
    """Restore each submodule of which something is saved under `ref`.

    `main_copies` has the main checkout's copies; `restore` brings the saved work back into one that
    was checked out.
    """
    saved = saved_submodules(repo, ref)
    for submodule in filled_submodules(worktree, main_copies):
        commit = saved.get(submodule.path_in_parent)
        if commit:
            _restore(submodule, ref, commit, restore)


def take_out_removed_submodules(
    repo: Repository, ref: str, worktree: Path, main_copies: Path, admin: Path
) -> None:
    """Take out the submodules that the saved tree lacks: git would leave their files behind."""
    for submodule in filled_submodules(worktree, main_copies):
        if submodule.path_in_parent in tree_paths(repo, ref):
            continue
        if not read_status(submodule.path).clean:
            raise Refused(
                f"{submodule.path} has uncommitted work; commit it before restoring {ref}, "
                "which does not have this submodule"
            )
        take_out(submodule, admin)


def saved_branch(repo: Repository, commit: str) -> str:
    """Return the branch that a submodule was on, in full; "" for none."""
    head = repo.run("cat-file", "blob", f"{commit}^3:HEAD").out
    return head if head.startswith(_HEADS) else ""


def _restore(submodule: FilledSubmodule, ref: str, commit: str, restore: Restore) -> None:
    fetch_save(submodule, ref)
    repo = own_repository(submodule.path)
    branch = saved_branch(repo, commit)
    if branch:  # which a fresh copy does not have
        here = ceiling_env(repo.top)
        run_git(repo.top, "update-ref", branch, f"{commit}^1", "0" * len(commit), env=here)
    restore(repo, ref, submodule.path, submodule.main_copy / "modules")
