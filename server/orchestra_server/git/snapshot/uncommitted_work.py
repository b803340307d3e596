"""Reads what a commit of a chamber's uncommitted work would contain, without creating it."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import WorktreeStatus
from orchestra_server.git.snapshot.commit import require_no_conflict
from orchestra_server.git.snapshot.index_copy import read_state_to_commit, split_nul


@dataclass(frozen=True, slots=True)
class UncommittedWork:
    """The files that a commit would contain, and such a commit without a ref."""

    commit: str  # HEAD's own without changes
    files: tuple[str, ...]


def read_uncommitted_work(
    repo: Repository, worktree: Path, standing: WorktreeStatus
) -> UncommittedWork:
    """Return a working tree's uncommitted work with untracked files; its index stays as it is.

    Raises Refused for what no commit can contain.
    """
    require_no_conflict(worktree, standing)
    if standing.clean:
        return UncommittedWork(standing.commit, ())
    state = read_state_to_commit(worktree)
    if state.work_tree == state.head_tree:
        return UncommittedWork(state.head, ())
    listed = repo.git(
        "diff-tree", "-r", "-z", "--name-only", "--no-renames", state.head_tree, state.work_tree
    )
    commit = repo.git(
        "commit-tree", state.work_tree, "-p", state.head, "--no-gpg-sign", "-m", "Open work",
        env=ORCHESTRA_IDENTITY,
    )  # fmt: skip
    return UncommittedWork(commit.strip(), tuple(sorted(split_nul(listed))))
