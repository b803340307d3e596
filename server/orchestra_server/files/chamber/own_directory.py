"""Whether a chamber's path still is its directory: nothing is ever written through a link."""

from pathlib import Path

from orchestra_core.errors import Unavailable


def require_own_directory(chamber: Path) -> None:
    """Raise Unavailable where a chamber's directory was replaced by a symbolic link."""
    if chamber.is_symlink():
        raise Unavailable(
            f"{chamber} was replaced by a symbolic link to {chamber.readlink()}, and nothing is "
            f"written through it; put the directory back, or delete the link: rm '{chamber}'"
        )
