"""A worktree's directory on its way out: moved aside, looked at there, and only then given up.

Nobody reaches it by its path when it is looked at. What a worker writes there after the look fails
in the worker's hands, or is a new file at the old place that stays; it does not go unseen with the
directory. Only a process that stands in it, or holds one of its files open, still reaches it: that
is why closing asks while a worker runs. A process of ours that dies on the way leaves it beside its
place, and whoever comes next puts it back. What was given up is nobody's any more and is deleted
behind the caller's back.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import git_directory

# No chamber's name begins with a dot.
_QUARANTINE_PREFIX = ".orchestra-leaving-"
_DISCARDED = ".orchestra-gone"
_DISCARDED_ADMIN_PREFIX = "orchestra-gone-"
_TRIES = 5  # at a folder that another process's deleting takes away


def require_admin_directory(repo: Repository, path: Path) -> Path:
    """Return git's record of the worktree at `path`; raises Refused for what is none of `repo`."""
    record = git_directory(path).resolve()
    if record.parent == repo.common_dir / "worktrees":
        named = (record / "gitdir").read_text(encoding="utf-8", errors="surrogateescape")
        if (record / named.removesuffix("\n")).resolve() == path.resolve() / ".git":
            return record
    raise Refused(f"git lists no worktree of {repo.top} at {path}; run 'orchestra reconcile'")


@contextmanager
def quarantined(path: Path) -> Generator[Path]:
    """Lend a worktree's directory where nobody looks for it; it comes back if it is not given up.

    Raises Refused when it cannot be moved, or cannot come back because something is in its place.
    """
    aside = _quarantine_path(path)
    try:
        path.rename(aside)
    except OSError as fault:
        raise Refused(
            f"{path} could not be moved aside ({fault.strerror}), so it was not removed"
        ) from fault
    try:
        yield aside
    finally:
        restore_from_quarantine(path)


def restore_from_quarantine(path: Path) -> None:
    """Put a worktree's directory back that stands aside; where none does, nothing happens."""
    aside = _quarantine_path(path)
    if not aside.exists():
        return
    try:
        aside.rename(path)
    except OSError as fault:
        raise Refused(
            f"{path} was moved to {aside} to be removed, and something else is there by now; "
            f"move that away and put the directory back: mv '{aside}' '{path}'"
        ) from fault


def discard(repo: Repository, directory: Path, record: Path) -> None:
    """Let a worktree go that was looked at, and git's record of it; what git can find is kept.

    Each in one rename: whoever lists worktrees meanwhile sees it whole or not at all.
    """
    for left in range(_TRIES, 0, -1):
        folder = directory.parent / _DISCARDED
        folder.mkdir(exist_ok=True)
        try:
            directory.rename(folder / f"{directory.name}-{secrets.token_hex(4)}")
            break
        except FileNotFoundError:
            if left == 1:
                raise
    with repo.locked():
        gone = repo.common_dir / f"{_DISCARDED_ADMIN_PREFIX}{record.name}-{secrets.token_hex(4)}"
        record.rename(gone)
        with suppress(OSError):  # there are others; without any, git keeps no folder
            gone.with_name("worktrees").rmdir()
    for one in repo.common_dir.glob(f"{_DISCARDED_ADMIN_PREFIX}*"):
        shutil.rmtree(one, ignore_errors=True)


def delete_discarded_in_background(folder: Path) -> None:
    """Delete what was given up in `folder`, without the caller waiting: 40,000 files take a second.

    By a process that outlives this one; what it does not reach goes with the next that is given up.
    """
    given_up = folder / _DISCARDED
    if given_up.exists():
        subprocess.run(  # noqa: S603 - the words are ours, the path goes as an argument
            ["/bin/sh", "-c", 'nice rm -rf -- "$1" >/dev/null 2>&1 &', "sh", os.fspath(given_up)],
            check=False,
            stdin=subprocess.DEVNULL,
        )


def _quarantine_path(path: Path) -> Path:
    return path.with_name(f"{_QUARANTINE_PREFIX}{path.name}")
