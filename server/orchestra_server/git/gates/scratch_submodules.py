"""Submodules of the scratch worktree: filled from the clone's copies, and exact."""

import shutil
from collections.abc import Callable
from pathlib import Path

from orchestra_server.git.process.run import ceiling_env, run_git
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.submodules import fill_submodules, links_in

_STATUS = ("status", "--porcelain", "--ignored", "--ignore-submodules=none")


def drop_changed_submodules(worktree: Path, commit: str, git: Callable[..., str]) -> None:
    """Delete all submodules unless the commit has exactly these, unchanged.

    `git` runs git in the worktree. Filling submodules again takes one local clone each.
    """
    modules = worktree / ".git" / "modules"
    if not modules.exists():
        return
    before = links_in(git("ls-files", "--stage", "-z"))
    after = links_in(git("ls-tree", "-rz", commit))
    if before == after and all(
        _is_clean(worktree / path, commit) for path, commit in before.items()
    ):
        return
    for path in before:
        shutil.rmtree(worktree / path, ignore_errors=True)
    shutil.rmtree(modules, ignore_errors=True)


def fill_scratch_submodules(repo: Repository, worktree: Path) -> None:
    """Fill the submodules of the checkout; one without a local copy stays empty."""
    if (worktree / ".gitmodules").is_file():
        fill_submodules(repo, worktree)


def _is_clean(submodule: Path, commit: str) -> bool:
    if not (submodule / ".git").exists():
        return False
    here = ceiling_env(submodule)
    head = run_git(submodule, "rev-parse", "HEAD", env=here)
    told = run_git(submodule, *_STATUS, env=here)
    return head.out.strip() == commit and not told.status and not told.out
