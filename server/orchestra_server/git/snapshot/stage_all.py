"""Stages everything in a working tree but Orchestra's own files."""

from collections.abc import Callable, Sequence


def stage_all(git: Callable[..., str], own_files: Sequence[str]) -> None:
    """Stage all changes except `own_files`, which are unstaged if somebody has staged them.

    `git` runs in the working tree with the index to change; `own_files` are from `read_status`.
    """
    if not own_files:
        git("add", "--all", "--sparse")
        return
    # Git takes an excluded path that it ignores for one to add, and fails.
    unignored = git(
        "--literal-pathspecs", "ls-files", "--cached", "--others", "--exclude-standard",
        "--full-name", "-z", "--", *own_files,
    )  # fmt: skip
    excluded = "".join(f":(top,exclude,literal){path}\0" for path in unignored.split("\0")[:-1])
    git(
        "add", "--all", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul",
        stdin=f".\0{excluded}",
    )  # fmt: skip
    unstage(git, own_files)


def unstage(git: Callable[..., str], files: Sequence[str]) -> None:
    """Remove files from the index; they stay on disk."""
    if files:
        git("update-index", "--force-remove", "-z", "--stdin", stdin="\0".join((*files, "")))
