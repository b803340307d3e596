"""A note in a repository that says where it was last used, so that a move keeps the project's id.

A project's id is made from the path of its common directory. The note in that directory keeps the
id with it. A repository found elsewhere later was moved, or is a copy if the original is still in
its old place.
"""

from dataclasses import dataclass
from pathlib import Path

_NOTE = Path("orchestra", "place")


@dataclass(frozen=True, slots=True)
class Placement:
    """A project's id, and the common directory it had then."""

    id: str
    common_dir: Path


def noted_placement(common_dir: Path) -> Placement | None:
    """Return a repository's note, or None if there is no readable one."""
    try:
        text = (common_dir / _NOTE).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    project_id, _, place = text.removesuffix("\n").partition("\n")
    return Placement(project_id, Path(place)) if project_id and place else None


def own_placement(common_dir: Path) -> Placement | None:
    """Return this repository's own note; None also in a copy, whose note is the original's."""
    noted = noted_placement(common_dir)
    if noted is None or noted.common_dir == common_dir:
        return noted
    original = noted_placement(noted.common_dir)
    return None if original == noted else noted


def note_placement(common_dir: Path, placement: Placement) -> bool:
    """Write the note; return False if it was already there. Raises OSError."""
    if noted_placement(common_dir) == placement:
        return False
    note = common_dir / _NOTE
    note.parent.mkdir(exist_ok=True)
    passing = note.with_name("place.new")
    text = f"{placement.id}\n{placement.common_dir}\n"
    passing.write_text(text, encoding="utf-8", errors="surrogateescape")
    passing.replace(note)
    return True
