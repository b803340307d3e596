"""Checks that a directory really is at its path: nothing is ever written through a link."""

from pathlib import Path

from orchestra_core.errors import Refused, Unavailable

# The folders in a checkout for the project's files, its chambers and the links to them.
OWN_FOLDERS = (Path(".claude"), Path(".claude", "worktrees"), Path(".claude", "workspaces"))


def leads_astray(top: Path, folder: Path) -> str:
    """Return where a symbolic link puts one of our folders, and why that is wrong; "" if not.

    `folder` is relative to the working tree at `top`, or below it. A link to another `.claude` of
    the working tree is fine, because git hides our files there by the same patterns.
    """
    place = (top / folder).resolve()
    if not place.is_relative_to(top.resolve()):
        return f"{place}, outside the repository"
    ours = _from_own_folder(folder)
    if place.parts[-len(ours) :] != ours:
        return f"{place}, where git would not hide Orchestra's files"
    return ""


def require_own_folders(top: Path, *folders: Path) -> None:
    """Raise Refused if a symbolic link puts a folder where our files must not be."""
    for folder in folders:
        astray = leads_astray(top, folder)
        if astray:
            raise Refused(f"{top / folder} leads to {astray}; make it a directory")


def _from_own_folder(folder: Path) -> tuple[str, ...]:
    """Return the parts of a path from `.claude` on, or the whole path if it has no `.claude`."""
    parts = folder.parts
    return parts[parts.index(".claude") :] if ".claude" in parts else parts


def require_own_directory(chamber: Path) -> None:
    """Raise Unavailable if a chamber's directory was replaced by a symbolic link."""
    if chamber.is_symlink():
        raise Unavailable(
            f"{chamber} was replaced by a symbolic link to {chamber.readlink()}, and nothing is "
            f"written through it; put the directory back, or delete the link: rm '{chamber}'"
        )
