"""Restores a chamber's submodules with the uncommitted work that was saved of them."""

from collections.abc import Callable
from pathlib import Path

from orchestra_server.git.process.run import ceiling_env, git_output, run_git
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.save_format import holds_state
from orchestra_server.git.saves.save_submodules import own_repository
from orchestra_server.git.snapshot.index_copy import read_state, split_nul
from orchestra_server.git.worktrees.submodules import FilledSubmodule, filled_submodules

_HEADS = "refs/heads/"
Restore = Callable[[Repository, str, Path, Path], None]


def restore_submodules(
    main_copies: Path, worktree: Path, ref: str, listed: str, restore: Restore
) -> None:
    """Restore each listed submodule; one that is already restored stays as it is.

    `main_copies` has the main checkout's copies, `listed` what was saved of them; `restore` brings
    the saved work back into a clean worktree at its commit.
    """
    wanted = {path: commit for commit, path in (line.split(" ", 1) for line in split_nul(listed))}
    for submodule in filled_submodules(worktree, main_copies):
        if submodule.path_in_parent in wanted:
            _restore(submodule, ref, wanted[submodule.path_in_parent], restore)


def _restore(submodule: FilledSubmodule, ref: str, commit: str, restore: Restore) -> None:
    repo = own_repository(submodule.path)
    git_output(
        submodule.path, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
        str(submodule.main_copy), f"{ref}:{ref}",
    )  # fmt: skip
    branch = _saved_branch(repo, commit)
    state = read_state(submodule.path)
    if state.branch == branch.removeprefix(_HEADS) and holds_state(repo, commit, state):
        return
    if branch:  # which a fresh copy does not have
        here = ceiling_env(repo.top)
        run_git(repo.top, "update-ref", branch, f"{commit}^1", "0" * len(commit), env=here)
    restore(repo, ref, submodule.path, submodule.main_copy / "modules")


def _saved_branch(repo: Repository, commit: str) -> str:
    """Return the branch that the submodule was on, in full; "" for none."""
    head = repo.run("cat-file", "blob", f"{commit}^3:HEAD").out
    return head if head.startswith(_HEADS) else ""
