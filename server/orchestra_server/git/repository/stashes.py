"""The stash entries that were made in a worktree: all worktrees of a clone share one stash.

An entry says on which branch it was made; its first parent is the commit it was made at.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from orchestra_server.git.repository.repository import Repository

_MADE_ON = re.compile(r"(?:WIP on|On) (?P<branch>.+?): ")
LEFT_STASH = "it left"  # the beginning of notes about a stash
_DETACHED = "(no branch)"


@dataclass(frozen=True, slots=True)
class Stash:
    """One entry; its `commit` stays the same when entries above it come and go."""

    name: str  # stash@{0}
    commit: str
    parent: str
    branch: str  # "" on a detached HEAD
    subject: str


def list_stashes(repo: Repository) -> list[Stash]:
    """Return the entries, newest first."""
    log = repo.common_dir / "logs" / "refs" / "stash"
    if not log.exists() and not (repo.common_dir / "reftable").exists():
        return []
    listed = repo.run("stash", "list", "-z", "--format=%gd%n%H%n%P%n%gs")
    entries = (entry.split("\n", 3) for entry in listed.out.split("\0") if entry)
    return [
        Stash(name, commit, parents.partition(" ")[0], _branch(subject), subject)
        for name, commit, parents, subject in entries
    ]


def stashes_made_on(
    repo: Repository, stashes: Sequence[Stash], branches: Collection[str], base: str, tip: str
) -> list[Stash]:
    """Return the entries made on these branches, or detached at a commit of `tip` since `base`."""
    detached = [stash for stash in stashes if not stash.branch]
    own_commits = set[str]()
    if detached and base and tip:
        own_commits = set(repo.run("rev-list", tip, f"^{base}").out.split())
    return [
        stash
        for stash in stashes
        if (stash.branch in branches if stash.branch else stash.parent in own_commits)
    ]


def describe_stashes(stashes: Sequence[Stash]) -> str:
    """Return a text on the entries and how to bring back each, "" for none."""
    return "; ".join(
        f"{LEFT_STASH} {stash.name} in git's stash, which stays there ({stash.subject}); "
        f"bring it back with: git stash apply {stash.commit[:12]}"
        for stash in stashes
    )


def _branch(subject: str) -> str:
    made_on = _MADE_ON.match(subject)
    branch = made_on["branch"] if made_on else ""
    return "" if branch == _DETACHED else branch
