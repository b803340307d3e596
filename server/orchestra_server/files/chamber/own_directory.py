"""Whether a directory is what its path says: nothing is ever written through a link."""

from pathlib import Path

from orchestra_core.errors import Refused, Unavailable

# In a checkout: for the project's files, its chambers and the links to them.
OWN_FOLDERS = (Path(".claude"), Path(".claude", "worktrees"), Path(".claude", "workspaces"))


def require_inside(top: Path, *folders: Path) -> None:
    """Raise Refused for a folder that a symbolic link puts outside the working tree at `top`."""
    for folder in folders:
        place = (top / folder).resolve()
        if not place.is_relative_to(top.resolve()):
            raise Refused(
                f"{top / folder} leads to {place}, outside the repository; make it a directory"
            )


def require_own_directory(chamber: Path) -> None:
    """Raise Unavailable where a chamber's directory was replaced by a symbolic link."""
    if chamber.is_symlink():
        raise Unavailable(
            f"{chamber} was replaced by a symbolic link to {chamber.readlink()}, and nothing is "
            f"written through it; put the directory back, or delete the link: rm '{chamber}'"
        )
