"""Stages everything in a working tree but Orchestra's own files."""

from collections.abc import Callable, Sequence


def stage_all(git: Callable[..., str], own_files: Sequence[str]) -> None:
    """Stage all that is open but `own_files`, which are taken out if somebody has staged them.

    `git` runs in the working tree, on the index that is meant; `own_files` are those that
    `read_status` found there.
    """
    if not own_files:
        git("add", "--all", "--sparse")
        return
    excluded = "".join(f":(top,exclude,literal){path}\0" for path in own_files)
    git(
        "add", "--all", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul",
        stdin=f".\0{excluded}",
    )  # fmt: skip
    unstage(git, own_files)


def unstage(git: Callable[..., str], files: Sequence[str]) -> None:
    """Take files out of the index; they stay where they are."""
    if files:
        git("update-index", "--force-remove", "-z", "--stdin", stdin="\0".join((*files, "")))
