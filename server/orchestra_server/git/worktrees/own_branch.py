"""Follows a chamber's own branch when it is renamed, and gives the command that leads back to it.

`git branch -m` records the renaming in the branch's reflog and in that of the worktree's HEAD.
"""

import re
import shlex
from contextlib import suppress
from pathlib import Path

from orchestra_server.git.process.run import ceiling_env, run_git
from orchestra_server.git.repository.branch_tips import missing_branches
from orchestra_server.git.repository.is_merged import is_ancestor
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import (
    WorktreeStatus,
    git_directory,
    read_status,
)
from orchestra_server.git.snapshot.in_progress_operation import operation_name
from orchestra_server.git.snapshot.reflog_commits import last_commit
from orchestra_server.git.worktrees.add_and_list import list_worktrees

_HEADS = "refs/heads/"
_RENAMING = re.compile(
    r"\tBranch: renamed refs/heads/(?P<old>\S+) to refs/heads/(?P<new>\S+)$", re.MULTILINE
)


def renamed_branch(
    repo: Repository, worktree: Path, branch: str, base: str, lands_on: str = ""
) -> str:
    """Return the new name of a chamber's missing branch, "" if unknown.

    It is the worktree's present branch if a reflog says so; without reflogs, if that branch builds
    on `base`, shares none of its commits with other refs, and is not `lands_on`.
    """
    named = run_git(worktree, "symbolic-ref", "--quiet", "HEAD", env=ceiling_env(worktree))
    current = named.out.strip().removeprefix(_HEADS)
    if named.status or current in {"", branch, lands_on}:
        return ""
    if _log_says(repo, worktree, branch, current) or _is_nobody_elses(
        repo, f"{_HEADS}{current}", base, current
    ):
        return current
    return ""


def way_back(repo: Repository, worktree: Path, branch: str, status: WorktreeStatus) -> str:
    """Return the command that puts the worktree back on its own branch with its commits.

    It covers the cases in which git refuses to switch: in the middle of a rebase, or to a branch
    that is missing or checked out in another worktree.
    """
    git = f"git -C {shlex.quote(str(worktree))}"
    operation = operation_name(git_directory(worktree))
    if operation == "bisect":
        return f"a bisect is under way; end it, run: {git} bisect reset"
    if operation:
        return (
            f"a {operation} is under way; finish it ({git} {operation} --continue), or to give it "
            f"up, run: {git} {operation} --abort"
        )
    if missing_branches(repo, [branch]):
        return _made_again(repo, worktree, branch, status)
    holder = next((tree for tree in list_worktrees(repo) if tree.branch == branch), None)
    if holder is not None:
        free = f"git -C {shlex.quote(str(holder.path))} switch --detach"
        return f"that is checked out at {holder.path}; run: {free} && {git} switch {branch}"
    if _made_there(repo, branch, status):
        return f"to bring its commits along, run: {git} switch -C {branch}"
    merge = "" if _can_switch(worktree, branch) else "--merge "
    return f"run: {git} switch {merge}{branch}"


def _made_again(repo: Repository, worktree: Path, branch: str, status: WorktreeStatus) -> str:
    git = f"git -C {shlex.quote(str(worktree))}"
    last = "" if status.commit else last_commit(repo, git_directory(worktree))
    if last:
        return f"that was deleted; to bring its commits back, run: {git} branch {branch} {last}"
    return f"that is gone; to make it again where the chamber stands, run: {git} switch -c {branch}"


def way_back_at_rest(repo: Repository, worktree: Path, branch: str) -> str:
    """Return the same, "" during a rebase, for example, which returns by itself."""
    if operation_name(git_directory(worktree)):
        return ""
    return way_back(repo, worktree, branch, read_status(worktree))


def _log_says(repo: Repository, worktree: Path, branch: str, current: str) -> bool:
    """Tell whether a reflog records the renaming of one branch to the other, also in steps."""
    logs = (git_directory(worktree) / "logs/HEAD", repo.common_dir / "logs/refs/heads" / current)
    names = {branch}
    for log in logs:
        with suppress(OSError):
            text = log.read_text(encoding="utf-8", errors="surrogateescape")
            for renaming in _RENAMING.finditer(text):
                if renaming["old"] in names:
                    names.add(renaming["new"])
    return current in names


def _is_nobody_elses(repo: Repository, commit: str, base: str, current: str = "") -> bool:
    """Tell whether of all refs only `current` has the commits from `base` to this commit."""
    if not base or not is_ancestor(repo, base, commit):
        return False
    since = ("rev-list", "--count", commit, f"^{base}")
    exclude = (f"--exclude={current}",) if current else ()
    alone = repo.git(*since, "--not", *exclude, "--branches", "--remotes", "--tags")
    return alone == repo.git(*since)


def _made_there(repo: Repository, branch: str, status: WorktreeStatus) -> bool:
    """Tell whether HEAD is the chamber's own branch plus commits of its own."""
    tip = repo.resolve(f"{_HEADS}{branch}")
    return status.commit not in {"", tip} and _is_nobody_elses(
        repo, status.commit, tip, status.branch
    )


def _can_switch(worktree: Path, branch: str) -> bool:
    """Tell whether git would switch despite uncommitted work in the worktree."""
    tried = ("read-tree", "--dry-run", "-m", "-u", "HEAD", f"{_HEADS}{branch}")
    return run_git(worktree, *tried, env=ceiling_env(worktree)).status == 0
