"""Quarantine: a worktree that is to be removed is moved away, checked there, and then discarded.

In quarantine it cannot be reached by its path. A worker that writes there after the check gets an
error, or creates a new file at the old path, which stays: no work disappears unseen with the
directory. Only a process that has it as its working directory, or has one of its files open, still
reaches it; that is why closing asks for confirmation while a worker runs. If this process dies
meanwhile, the worktree stays in quarantine beside its path, and the next caller puts it back.
Discarded directories are deleted in the background.
"""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import git_directory
from orchestra_server.git.repository.writable import require_writable

# No chamber's name begins with a dot.
_QUARANTINE_PREFIX = ".orchestra-leaving-"
_LATE_PREFIX = ".orchestra-late-"
_PARKED = re.compile(rf"{re.escape(_LATE_PREFIX)}(?P<name>.+)-[0-9a-f]{{8}}")
_DISCARDED = ".orchestra-gone"
_DISCARDED_ADMIN_PREFIX = "orchestra-gone-"
_TRIES = 5  # another process may delete the folder of discarded worktrees


def require_admin_directory(repo: Repository, path: Path) -> Path:
    """Return git's directory for the worktree at `path`; raises Refused when `repo` has none."""
    admin = git_directory(path).resolve()
    if admin.parent == repo.common_dir / "worktrees":
        named = (admin / "gitdir").read_text(encoding="utf-8", errors="surrogateescape")
        if _is_same_file(admin / named.removesuffix("\n"), path / ".git"):
            return admin
    raise Refused(f"git lists no worktree of {repo.top} at {path}; run 'orchestra reconcile'")


def require_movable(path: Path) -> None:
    """Raise Unavailable, naming the directory, where a worktree could not be moved away."""
    if path.is_dir() and not path.is_symlink():
        require_writable(path.parent, path)


@contextmanager
def quarantined(path: Path) -> Generator[Path]:
    """Yield a worktree's directory in quarantine, and put it back unless it was discarded.

    Raises Refused when it cannot be moved there, or back because something else is in its place.
    """
    quarantine = _quarantine_path(path)
    try:
        path.rename(quarantine)
    except OSError as fault:
        raise Refused(
            f"{path} could not be moved aside ({fault.strerror}), so it was not removed; see that "
            "nothing is mounted there, and try again"
        ) from fault
    try:
        yield quarantine
    finally:
        restore_from_quarantine(path)


def restore_from_quarantine(path: Path) -> None:
    """Move a worktree's directory back to `path` if it is in quarantine."""
    quarantine = _quarantine_path(path)
    if not quarantine.exists():
        return
    try:
        quarantine.rename(path)
    except OSError as fault:
        raise Refused(
            f"{path} was moved to {quarantine} to be removed, and something else is there by now; "
            f"move that away and put the directory back: mv '{quarantine}' '{path}'"
        ) from fault


def is_in_quarantine(path: Path) -> bool:
    """Tell whether a worktree's directory is in quarantine."""
    return _quarantine_path(path).exists()


def park_late_files(path: Path) -> None:
    """Move a plain directory at a worktree's path aside until its files are saved."""
    path.rename(path.with_name(f"{_LATE_PREFIX}{path.name}-{secrets.token_hex(4)}"))


def parked_late_files(path: Path) -> list[Path]:
    """Return the directories that were moved aside from a worktree's path."""
    parked = path.parent.glob(f"{_LATE_PREFIX}*")
    return sorted(directory for directory in parked if worktree_name(directory.name) == path.name)


def worktree_name(entry: str) -> str:
    """Return the name of the worktree from whose path a directory was moved, or its own name."""
    parked = _PARKED.fullmatch(entry)
    return parked["name"] if parked else entry


def discard(repo: Repository, directory: Path, admin: Path) -> None:
    """Discard a checked worktree, and git's directory for it.

    Each takes one rename, so that a list of worktrees has it completely or not at all.
    """
    discard_directory(directory)
    with repo.locked():
        discarded_admin = (
            repo.common_dir / f"{_DISCARDED_ADMIN_PREFIX}{admin.name}-{secrets.token_hex(4)}"
        )
        admin.rename(discarded_admin)
        with suppress(OSError):  # others are in it; git keeps no empty folder
            discarded_admin.with_name("worktrees").rmdir()
    shutil.rmtree(discarded_admin, ignore_errors=True)


def delete_discarded_admins(repo: Repository) -> None:
    """Delete what killed processes have left of git's directories for discarded worktrees."""
    for leftover in repo.common_dir.glob(f"{_DISCARDED_ADMIN_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def discard_directory(directory: Path) -> None:
    """Discard a directory whose content is saved; it is deleted with those of worktrees."""
    for attempts_left in range(_TRIES, 0, -1):
        discarded_folder = directory.parent / _DISCARDED
        discarded_folder.mkdir(exist_ok=True)
        try:
            directory.rename(discarded_folder / f"{directory.name}-{secrets.token_hex(4)}")
            break
        except FileNotFoundError:
            if attempts_left == 1:
                raise


def delete_discarded_in_background(folder: Path) -> None:
    """Delete the worktrees discarded in `folder` in the background: 40,000 files take a second.

    The deleting process outlives this one; whatever it leaves is deleted with the next worktree.
    """
    discarded = folder / _DISCARDED
    if discarded.exists():
        subprocess.run(  # noqa: S603 - the words are ours, the path goes as an argument
            ["/bin/sh", "-c", 'nice rm -rf -- "$1" >/dev/null 2>&1 &', "sh", os.fspath(discarded)],
            check=False,
            stdin=subprocess.DEVNULL,
        )


def _is_same_file(path: Path, other_path: Path) -> bool:
    try:
        return path.samefile(other_path)
    except OSError:
        return False


def _quarantine_path(path: Path) -> Path:
    return path.with_name(f"{_QUARANTINE_PREFIX}{path.name}")
