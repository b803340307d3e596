"""Where a branch is checked out, and which uncommitted work its checkout has."""

import os
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.branch_tips import branch_tips
from orchestra_server.git.repository.repository import (
    Repository,
    head_of,
    require_own_files,
    require_really_bare,
)
from orchestra_server.git.repository.worktree_status import git_directory
from orchestra_server.git.snapshot.index_copy import split_nul
from orchestra_server.git.worktrees.add_and_list import list_worktrees

# The tracked files whose index entry or content differs from HEAD.
STATUS = (
    "status", "--porcelain", "-z", "--no-renames", "--untracked-files=no",
    "--ignore-submodules=dirty",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The working tree that a branch is checked out in, and the commit it stands at."""

    worktree: Path
    commit: str


@dataclass(frozen=True, slots=True)
class CheckoutLook:
    """Where the branch is checked out, None for nowhere, and what git's status says there."""

    place: Place | None
    status: tuple[str, ...] = ()


def look_at_checkout(repo: Repository, checkout: Path, branch: str) -> CheckoutLook:
    """Look where a branch is checked out ("" for the detached HEAD of `checkout`). Blocking.

    Raises Refused where it could not be moved there.
    """
    with repo.locked():
        place = where_checked_out(repo, checkout, branch)
    return CheckoutLook(place) if place is None else look_at_place(place)


def look_at_place(place: Place) -> CheckoutLook:
    """Look which uncommitted work a checkout has. Blocking."""
    return CheckoutLook(place, tuple(split_nul(git_output(place.worktree, *STATUS))))


def where_checked_out(repo: Repository, checkout: Path, branch: str) -> Place | None:
    """Return where a branch is checked out; raises as `look_at_checkout`."""
    if not branch:
        require_own_files(repo, checkout)
        head = head_of(checkout)
        if head.branch:
            raise Refused(f"{checkout} is on a branch by now; merge again and land on that")
        return Place(checkout, head.commit)
    _require_no_rebase(repo, branch)
    trees = (tree for tree in list_worktrees(repo) if tree.branch == branch and not tree.gone)
    tree = next(trees, None)
    if tree is None:
        is_bare = repo.run("config", "--type=bool", "--get", "core.bare").out.strip() == "true"
        if is_bare:
            require_really_bare(repo.common_dir)  # its checkout would be left behind
        return None
    require_own_files(repo, tree.path)
    return Place(tree.path, tree.commit)


def require_as_seen(repo: Repository, place: Place, branch: str) -> None:
    """Raise Refused where the checkout is not on the branch, or not at the commit, any more."""
    if branch and _names(place.worktree, branch):
        now = branch_tips(repo, [branch]).get(branch, "")
    else:
        head = head_of(place.worktree)
        if head.branch != branch:
            raise Refused(
                f"{place.worktree} was on {branch or 'a detached HEAD'} and is on "
                f"{head.branch or 'a detached HEAD'} by now; nothing has landed: call again"
            )
        now = head.commit
    require_unmoved(now, branch, place.commit)


def require_unmoved(now: str, branch: str, old: str) -> None:
    """Raise Refused where a branch, or the detached HEAD, has moved from the `old` commit."""
    if now != old:
        what = f"branch {branch}" if branch else "the detached HEAD"
        where = f"moved to {now[:12]}" if now else "is gone"
        raise Refused(f"{what} {where} since the merge was computed; merge again and land that")


def _names(worktree: Path, branch: str) -> bool:
    """Tell whether the HEAD of a working tree says that it is on a branch."""
    try:
        head = (git_directory(worktree) / "HEAD").read_bytes()
    except OSError:
        return False
    return head == os.fsencode(f"ref: refs/heads/{branch}\n")


def _require_no_rebase(repo: Repository, branch: str) -> None:
    """Raise Refused while a rebase is in progress on the branch: it would fail at its end."""
    for git_dir in (repo.common_dir, *repo.common_dir.glob("worktrees/*")):
        for held in git_dir.glob("rebase-*/head-name"):
            if held.read_text(encoding="utf-8").strip() == f"refs/heads/{branch}":
                raise Refused(
                    f"branch {branch} is being rebased; finish it with 'git rebase --continue' "
                    "or 'git rebase --abort', and complete again"
                )
