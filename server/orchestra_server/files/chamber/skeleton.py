"""The skeleton of a chamber: empty files and directories that the conductor asks for."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from orchestra_core.errors import BadInput


def skeleton_path(chamber: Path, path: str, written: Iterable[Path]) -> tuple[Path, bool]:
    """Return the absolute path for a skeleton path, and whether a final slash makes it a directory.

    `written` are the paths of Orchestra's own files. Raises BadInput if the path leaves the chamber
    or is one of those.
    """
    reserved = {PurePosixPath(own) for own in written}
    pure = PurePosixPath(path)
    parts = pure.parts
    if not parts or pure.is_absolute() or ".." in parts or "\0" in path:
        raise BadInput(
            f"skeleton path {path[:80]!r} leaves the chamber; "
            "use a path relative to it, such as 'src/auth/token.py'"
        )
    if parts[0] == ".git" or PurePosixPath(*parts) in reserved:
        raise BadInput(f"skeleton path {path[:80]!r} is one of git's or Orchestra's own files")
    absolute = chamber.joinpath(*parts)
    if not absolute.resolve().is_relative_to(chamber.resolve()):
        raise BadInput(f"skeleton path {path[:80]!r} leaves the chamber through a symlink")
    if any(above.is_file() for above in absolute.parents if above != chamber):
        raise BadInput(f"skeleton path {path[:80]!r} is below a file")
    return absolute, path.endswith("/")


def create_skeleton_path(absolute: Path, *, is_directory: bool) -> None:
    """Create an empty file or a directory; a file that exists is kept."""
    if is_directory:
        absolute.mkdir(parents=True, exist_ok=True)
    elif not absolute.exists():
        absolute.parent.mkdir(parents=True, exist_ok=True)
        absolute.touch()
