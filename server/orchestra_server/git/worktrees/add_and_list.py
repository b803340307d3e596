"""Adds git worktrees for chambers: a whole batch or none, locked, filled in parallel.

They are added one after another under a lock, because git sometimes fails when worktrees are added
at once. The slow part, writing the files, runs on all cores (0.54 of the
time of plain `git worktree add`, measured with 5,000 files on two cores).
"""

import os
import shutil
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count
from pathlib import Path, PurePosixPath

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import map_watched, run_programs, uncancelled
from orchestra_server.git.process.run import GitFailed, ceiling_env, locale_env
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import git_directory
from orchestra_server.git.worktrees.submodules import fill_submodules

_NO_REASON = "no reason given"


@dataclass(frozen=True, slots=True)
class WorktreePlan:
    """One worktree to add: `branch` is new and begins at `commit`; `reason` is for its lock."""

    name: str
    path: Path
    branch: str
    commit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Worktree:
    """One worktree as git lists it; `branch` is empty when detached, `commit` when bare."""

    path: Path
    branch: str
    commit: str
    locked_reason: str  # "" if it is not locked
    gone: bool = False  # its directory is no longer there


def add_worktrees(repo: Repository, plans: Sequence[WorktreePlan]) -> tuple[str, ...]:
    """Add all worktrees or none; return a line for each submodule that could not be filled.

    Raises Refused when a path or branch is in the way and GitFailed with git's message; in both
    cases nothing of the batch stays behind.
    """
    parents = _missing_parents(plans)
    register_worktrees(repo, plans)
    try:
        return fill_worktrees(repo, plans)
    except BaseException:
        take_back_worktrees(repo, plans, parents)
        raise


def register_worktrees(repo: Repository, plans: Sequence[WorktreePlan]) -> None:
    """Add all worktrees, still without files, or none; raises as `add_worktrees`."""
    begun: list[WorktreePlan] = []
    parents = _missing_parents(plans)
    try:
        with repo.locked():
            _require_free(repo, plans)
            for plan in plans:
                begun.append(plan)
                _add(repo, plan)
    except BaseException:
        take_back_worktrees(repo, begun, parents)
        raise


def fill_worktrees(repo: Repository, plans: Sequence[WorktreePlan]) -> tuple[str, ...]:
    """Write the files of registered worktrees and run the repository's hook in each.

    Return a line for each submodule that could not be filled. No lock is held meanwhile, since the
    user's filters and hooks may take long. Raises GitFailed or Refused; the caller then removes
    all of the worktrees.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        notes = list(map_watched(pool, partial(_check_out, repo), plans))
    return tuple(note for part in notes for note in part)


def list_worktrees(repo: Repository) -> list[Worktree]:
    """Return every worktree of the repository, the main one first.

    If its git directory is elsewhere (`git init --separate-git-dir`, or a symbolic link `.git`),
    git names that directory instead of the main checkout, which is `repo.top` then.
    """
    listed = repo.git("worktree", "list", "--porcelain", "-z")
    trees = [_parse_worktree(block.split("\0")) for block in listed.split("\0\0") if block]
    marker = repo.top / ".git"
    leads_elsewhere = marker.is_file() or marker.is_symlink()
    is_elsewhere = leads_elsewhere and trees[0].path == repo.common_dir != repo.top
    if is_elsewhere and git_directory(repo.top).resolve() == repo.common_dir:
        return [replace(trees[0], path=repo.top, gone=False), *trees[1:]]
    return trees


def _require_free(repo: Repository, plans: Sequence[WorktreePlan]) -> None:
    registered = {worktree.path for worktree in list_worktrees(repo)}
    tops = {f"refs/heads/{plan.branch.partition('/')[0]}" for plan in plans}
    branches = repo.git("for-each-ref", "--format=%(refname:lstrip=2)", *tops).splitlines()
    obstacles = [_obstacle(plan, registered, branches) for plan in plans]
    if any(obstacles):
        raise Refused("; ".join(filter(None, obstacles)))


def _obstacle(plan: WorktreePlan, registered: Collection[Path], branches: Sequence[str]) -> str:
    """Return why a worktree cannot be added, and what to do; "" if it can.

    Git cannot have a branch together with one above or below it, because refs are like files.
    """
    cannot = f"chamber {plan.name!r} cannot be made:"
    if os.path.lexists(plan.path):
        return (
            f"{cannot} {plan.path} is in the way; "
            "close that chamber, move it aside, or choose another name"
        )
    above = next(parent for parent in plan.path.parents if os.path.lexists(parent))
    if not above.is_dir():
        return f"{cannot} {above} is a file, where a directory is needed; move it aside"
    if plan.path in registered:
        return (
            f"{cannot} git still lists a worktree at {plan.path} that is gone; "
            f"run: git worktree unlock '{plan.path}'; git worktree prune"
        )
    if plan.branch in branches:
        return (
            f"{cannot} the branch {plan.branch} exists already; "
            f"choose another name, or delete it: git branch -d {plan.branch}"
        )
    prefixes = [str(parent) for parent in PurePosixPath(plan.branch).parents][:-1]
    below = f"{plan.branch}/"
    clash = next((name for name in branches if name in prefixes or name.startswith(below)), "")
    if clash:
        return (
            f"{cannot} the branch {clash!r} exists, and git cannot keep {plan.branch} beside it; "
            f"rename it: git branch -m {clash} {_free(clash, branches)}"
        )
    return ""


def _free(branch: str, branches: Sequence[str]) -> str:
    """Return a new name for a branch that is in the way; the name is in no other branch's way."""
    flat = f"{branch.replace('/', '-')}-renamed"
    names = chain([flat], (f"{flat}-{number}" for number in count(2)))
    return next(name for name in names if name not in branches)


def _add(repo: Repository, plan: WorktreePlan) -> None:
    result = repo.run(
        "worktree", "add", "--quiet", "--no-checkout", "--no-track", "--lock",
        "--reason", plan.reason, "-b", plan.branch, "--", str(plan.path), plan.commit,
    )  # fmt: skip
    if result.status:
        raise GitFailed(f"chamber {plan.name!r} could not be made: {result.failure}")


def _check_out(repo: Repository, plan: WorktreePlan) -> tuple[str, ...]:
    """Write the files, then run the repository's own hook, as a plain `worktree add` would."""
    here = ceiling_env(plan.path)
    reset = run_programs(
        plan.path, "reset", "--quiet", "--hard", "--no-recurse-submodules",
        waits_for=f"filling chamber {plan.name!r} (the repository's filters)", env=here,
    )  # fmt: skip
    if reset.status:
        raise GitFailed(f"chamber {plan.name!r} could not be filled: {reset.failure}")
    notes = fill_submodules(repo, plan.path)
    nothing = "0" * len(plan.commit)
    hook = run_programs(
        plan.path, "hook", "run", "--ignore-missing", "post-checkout", "--",
        nothing, plan.commit, "1",
        waits_for=f"the post-checkout hook in chamber {plan.name!r}", env={**here, **locale_env()},
    )  # fmt: skip
    if hook.status:
        raise GitFailed(
            f"chamber {plan.name!r} could not be made: "
            f"the repository's post-checkout hook failed: {hook.failure}"
        )
    return notes


def _missing_parents(plans: Sequence[WorktreePlan]) -> list[Path]:
    missing = {parent for plan in plans for parent in plan.path.parents if not parent.exists()}
    return sorted(missing, key=lambda path: len(path.parts), reverse=True)


def take_back_worktrees(
    repo: Repository, begun: Sequence[WorktreePlan], parents: Sequence[Path] = ()
) -> None:
    """Remove worktrees that the caller has just added; no worker has seen them."""
    with uncancelled():
        for plan in begun:
            shutil.rmtree(plan.path, ignore_errors=True)
            with repo.locked():
                repo.run("worktree", "remove", "--force", "--force", str(plan.path))
            # Unlocked: the user's reference-transaction hook runs, which may take long.
            repo.run("update-ref", "-d", f"refs/heads/{plan.branch}", plan.commit)
        for parent in parents:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


def _parse_worktree(fields: Sequence[str]) -> Worktree:
    values = {key: value for key, _, value in (field.partition(" ") for field in fields)}
    locked = "locked" in values
    return Worktree(
        path=Path(values["worktree"]),
        branch=values.get("branch", "").removeprefix("refs/heads/"),
        commit=values.get("HEAD", ""),
        locked_reason=(values["locked"] or _NO_REASON) if locked else "",
        gone=not Path(values["worktree"]).exists(),
    )
