"""Finds files that a chamber needs besides the commit, and own files that the commit contains."""

from collections.abc import Sequence
from pathlib import Path

from orchestra_server.git.process.run import run_git
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.index_copy import split_nul

INCLUDE_FILE = ".worktreeinclude"


def included_files(repo: Repository) -> tuple[str, ...]:
    """Return the files of the working tree that `.worktreeinclude` names and git ignores.

    Its lines are patterns as in `.gitignore`. A tracked file needs no copy, and an untracked one
    that is not ignored is somebody's work and stays where it is.
    """
    patterns = repo.top / INCLUDE_FILE
    if not patterns.is_file():
        return ()
    named = split_nul(
        repo.git("ls-files", "--others", "--ignored", f"--exclude-from={patterns}", "-z")
    )
    if not named:
        return ()
    stdin = "".join(f"{name}\0" for name in named)
    ignored = repo.run("check-ignore", "-z", "--stdin", stdin=stdin)
    return tuple(name for name in split_nul(ignored.out) if _may_be_copied(name))


def tracked_among(repo: Repository, commit: str, paths: Sequence[Path]) -> frozenset[str]:
    """Return the paths, relative to the top, that the commit contains."""
    names = [path.as_posix() for path in paths]
    return frozenset(
        split_nul(repo.git("ls-tree", "-r", "--name-only", "-z", commit, "--", *names))
    )


def ignored_among(folder: Path, paths: Sequence[str]) -> frozenset[str]:
    """Return the paths, relative to a folder of a working tree, that git ignores."""
    stdin = "".join(f"{path}\0" for path in paths)
    return frozenset(
        split_nul(run_git(folder, "check-ignore", "--no-index", "-z", "--stdin", stdin=stdin).out)
    )


def _may_be_copied(name: str) -> bool:
    """Tell whether a file may be copied: not one of a nested repository, such as a chamber."""
    return not name.endswith("/") and not name.startswith(".claude/worktrees/")
