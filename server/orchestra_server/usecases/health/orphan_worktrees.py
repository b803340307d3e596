"""Finds worktrees of chambers that the store does not know, by reading git's files.

`orchestra status` shows them without starting git; reconcile, which records them, asks git.
"""

from collections.abc import Iterator
from pathlib import Path

from orchestra_core.names import chamber_id, split_branch
from orchestra_core.state import ProjectState

_ON_BRANCH = "ref: refs/heads/"


def orphan_worktrees(common_dir: Path, state: ProjectState) -> tuple[str, ...]:
    """Return, sorted, the directories of worktrees on a chamber's branch without a document."""
    return tuple(
        sorted(
            str(path)
            for path, branch in _worktrees(common_dir)
            if (named := split_branch(branch)) and chamber_id(*named) not in state.chambers
        )
    )


def _worktrees(common_dir: Path) -> Iterator[tuple[Path, str]]:
    """Yield the existing worktrees of this repository, each with its branch.

    In a copy of a repository, git lists the original's worktrees, which do not count.
    """
    for admin in (common_dir / "worktrees").glob("*"):
        head, place = _text(admin / "HEAD"), _text(admin / "gitdir")
        worktree = (admin / place).parent
        if head.startswith(_ON_BRANCH) and place and _belongs_to(worktree, admin):
            yield worktree, head.removeprefix(_ON_BRANCH)


def _belongs_to(worktree: Path, admin: Path) -> bool:
    named = _text(worktree / ".git").removeprefix("gitdir: ")
    try:
        return bool(named) and (worktree / named).samefile(admin)
    except OSError:
        return False


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").removesuffix("\n")
    except OSError:
        return ""
