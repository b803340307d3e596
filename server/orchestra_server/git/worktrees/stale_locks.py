"""Lock files that a git process left when it was killed; git itself never takes them away."""

import time
from collections.abc import Iterator
from pathlib import Path

from orchestra_server.git.process.git_processes import git_processes_in
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.add_and_list import list_worktrees

# Seconds. Git holds a lock while its person writes a commit message, so age alone says little.
_STALE_AFTER = 600
_NAMES = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock")
_ASIDE = Path("orchestra", "stale-locks")


def stale_locks(repo: Repository) -> tuple[Path, ...]:
    """Return the locks older than ten minutes, as long as no git runs in the repository.

    Where the system does not tell which processes run, none is called stale.
    """
    oldest = time.time() - _STALE_AFTER
    old = [path for path in _locks(repo) if _modified_at(path) < oldest]
    return tuple(sorted(old)) if old and not _may_have_running_git(repo) else ()


def move_stale_lock(repo: Repository, lock: Path) -> Path:
    """Move a lock out of git's way, into the common directory, and return where it is now."""
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
    except OSError:  # its owner was quicker
        return time.time()


def _may_have_running_git(repo: Repository) -> bool:
    worktrees = (worktree.path for worktree in list_worktrees(repo))
    return git_processes_in([repo.common_dir, *worktrees]) != []
