"""What a commit of a chamber's uncommitted work would hold, without making it."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import WorktreeStatus
from orchestra_server.git.snapshot.commit import require_no_conflict
from orchestra_server.git.snapshot.index_copy import read_state, split_nul


@dataclass(frozen=True, slots=True)
class UncommittedWork:
    """The files a commit would hold, and a stand-in for it that no ref names."""

    commit: str  # HEAD's own when nothing is open
    files: tuple[str, ...]


def read_uncommitted_work(
    repo: Repository, worktree: Path, standing: WorktreeStatus
) -> UncommittedWork:
    """Return a working tree's open work, untracked files included; its index stays as it is.

    Raises Refused for what no commit can hold.
    """
    require_no_conflict(worktree, standing)
    if standing.clean:
        return UncommittedWork(standing.commit, ())
    state = read_state(worktree, hidden=False)  # a commit leaves hidden changes out
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
