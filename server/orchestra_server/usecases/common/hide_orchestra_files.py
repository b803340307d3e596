"""Hides Orchestra's files in `git status`, even where the repository's ignore rules show them."""

from collections.abc import Sequence
from pathlib import Path

from orchestra_core.errors import Unavailable
from orchestra_server.files.git_exclude import ensure_excluded
from orchestra_server.files.ignore_files import hide_by_ignore_files
from orchestra_server.git.worktrees.include_files import ignored_among

MAIL_SHOWS = (
    "git status shows .INTERRUPT in a chamber while mail waits, because a rule of this project's "
    ".gitignore includes it and none of ours outranks that; add the line /.INTERRUPT* below it"
)
FILES_SHOW = (
    "git status shows files of Orchestra below .claude, because a .gitignore of this project there "
    "includes them and none of ours outranks that; add at the end of .claude/.gitignore: {lines}"
)


def hide_orchestra_files(common_dir: Path, folder: Path) -> list[str]:
    """Hide Orchestra's files below a working tree's top or one of its folders. Blocking.

    Returns sentences about files that still show, which only the person can change. Raises
    Unavailable if a file cannot be written.
    """
    ensure_excluded(common_dir)
    top = next(
        (directory for directory in (folder, *folder.parents) if (directory / ".git").exists()),
        folder,
    )

    def ignored(paths: Sequence[str]) -> frozenset[str]:
        return ignored_among(folder, paths)

    try:
        shown = hide_by_ignore_files(top, folder, ignored)
    except OSError as fault:
        raise Unavailable(
            f"{fault.filename} cannot be written ({fault.strerror}); Orchestra needs it to keep "
            "its files out of git status"
        ) from fault
    lines = ", ".join(f"/{name}" for name in shown.names)
    return [
        *([MAIL_SHOWS] if shown.mail else []),
        *([FILES_SHOW.format(lines=lines)] if lines else []),
    ]
