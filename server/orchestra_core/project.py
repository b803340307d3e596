"""Which repository a directory belongs to, found without running git."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.clone.common_directory import common_directory
from orchestra_core.clone.repository_location import Placement, note_placement, own_placement
from orchestra_core.errors import BadInput, Unavailable


@dataclass(frozen=True, slots=True)
class Project:
    """One repository: its id in Redis, its working tree, and the directory all worktrees share."""

    id: str
    root: Path  # the top of the working tree that was asked for
    git_dir: Path  # the common directory

    @property
    def main_checkout(self) -> Path:
        """The working tree next to the common directory, or `root` if there is none (bare)."""
        return self.git_dir.parent if self.git_dir.name == ".git" else self.root


def find_project(start: Path, override: str = "") -> Project:
    """Return the project that `start` is in; `override` is the value of ORCHESTRA_PROJECT.

    Raises Unavailable outside a git repository and for a path that is not UTF-8, and BadInput for
    an override that cannot be a key.
    """
    start = start.resolve()
    directory, common_dir = (Path(directory) for directory in common_directory(str(start)))
    if common_dir != Path():
        _check_encoding(directory)
        _check_encoding(common_dir)
        return Project(override_id(override) or _id_of(common_dir), directory, common_dir)
    raise Unavailable(
        f"{start} is not in a git repository; run this inside one, or make one with 'git init'"
    )


def _check_encoding(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError as fault:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise Unavailable(
            f"the path {shown} is not UTF-8, so that no document can hold it; "
            "rename the directory, then run this again"
        ) from fault


def override_id(override: str) -> str:
    """Check a project id that was set by hand, "" for none; raises BadInput for odd characters."""
    if override and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", override):
        raise BadInput(
            f"ORCHESTRA_PROJECT {override[:40]!r} is not allowed; "
            "use 1 to 100 letters, digits, dots, dashes or underscores"
        )
    return override


def _id_of(common: Path) -> str:
    noted = own_placement(common)
    return noted.id if noted is not None else id_by_place(common)


def moved_from(project: Project) -> Path | None:
    """Return the common directory a repository had before it was moved; None if it was not moved.

    The recorded paths are the old ones until `reconcile` has updated them.
    """
    noted = own_placement(project.git_dir)
    if noted is None or noted.id != project.id or noted.common_dir == project.git_dir:
        return None
    return noted.common_dir


def note_first_place(project: Project) -> None:
    """Note where a repository is, if it has no note yet and its id was not set by hand.

    Raises OSError.
    """
    if own_placement(project.git_dir) is None and project.id == id_by_place(project.git_dir):
        note_placement(project.git_dir, Placement(project.id, project.git_dir))


def id_by_place(common: Path) -> str:
    """Return the id of a repository that was never moved."""
    name = common.parent.name if common.name == ".git" else common.name.removesuffix(".git")
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:40] or "project"
    digest = hashlib.sha256(str(common).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{readable}-{digest[:8]}"
