"""Finds lock files of killed git processes; git itself never removes them."""

import time
from collections.abc import Iterator
from pathlib import Path

from orchestra_server.git.process.git_processes import git_processes_in
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.add_and_list import list_worktrees

# Seconds. Git holds a lock while the user writes a commit message, so age alone proves little.
_STALE_AFTER = 600
_NAMES = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock")
_ASIDE = Path("orchestra", "stale-locks")


def stale_locks(repo: Repository) -> tuple[Path, ...]:
    """Return the locks older than ten minutes if no git runs in the repository.

    If the system cannot tell which processes run, no lock counts as stale.
    """
    oldest = time.time() - _STALE_AFTER
    old = [path for path in _locks(repo) if _modified_at(path) < oldest]
    return tuple(sorted(old)) if old and not _may_have_running_git(repo) else ()


def move_stale_lock(repo: Repository, lock: Path) -> Path:
    """Move a lock out of git's way, into the common directory, and return its new path."""
    folder = repo.common_dir / _ASIDE
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{lock.name}.{time.time_ns()}"
    lock.rename(place)
    return place


def _locks(repo: Repository) -> Iterator[Path]:
    for directory in (repo.common_dir, *repo.common_dir.glob("worktrees/*")):
        yield from (place for name in _NAMES if (place := directory / name).is_file())
    yield from (path for path in (repo.common_dir / "refs").rglob("*.lock") if path.is_file())


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # its owner has removed it
        return time.time()


def _may_have_running_git(repo: Repository) -> bool:
    worktrees = (worktree.path for worktree in list_worktrees(repo))
    return git_processes_in([repo.common_dir, *worktrees]) != []
