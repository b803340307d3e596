"""The random id of a clone, noted in its common git directory. It is never the host name.

A repository that moves keeps its id. A copy takes a new one while its original is still there. An
id is disputed while another machine with the same id is heard, because the copy of a machine has
its id too. Until it is known which of the two keeps the id, neither acts for the other.

A process that has seen the id notes it again where somebody deletes the note: with a new id the
clone's own chambers would be another's.
"""

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra_core.errors import Unavailable
from orchestra_core.process.file_lock import locked_file

_FOLDER = "orchestra"
_NOTE = "clone"
_LOCK = "clone.lock"
_DISPUTED = "disputed"
_ID = re.compile(r"[0-9a-f]{16}")
_seen: dict[Path, tuple[str, tuple[int, ...]]] = {}  # ids by directory, each with its identity


@dataclass(frozen=True, slots=True)
class CloneNote:
    """A clone's id, the common directory it had then, and whether another machine has the id."""

    id: str
    common_dir: Path
    disputed: bool = False


def clone_id(common_dir: Path) -> str:
    """Return the clone's id, "" while it is disputed; notes one where there is none.

    Raises Unavailable where that cannot be noted.
    """
    note = noted_clone(common_dir)
    if note is None or note.common_dir != common_dir:
        with _changing(common_dir):
            note = noted_clone(common_dir)
            if note is None or _is_copy(note, common_dir):
                lost = _seen_before(common_dir) if note is None else ""
                note = CloneNote(lost or _new_id(), common_dir)
                _write(common_dir, note)
            elif note.common_dir != common_dir:
                note = replace(note, common_dir=common_dir)
                _write(common_dir, note)
    if not note.disputed:
        _seen[common_dir] = (note.id, _identity(common_dir))
    return "" if note.disputed else note.id


def noted_clone(common_dir: Path) -> CloneNote | None:
    """Return a clone's note, or None if there is no readable one; changes nothing."""
    try:
        text = _file(common_dir).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    identifier, _, rest = text.partition("\n")
    place, _, state = rest.partition("\n")
    if not _ID.fullmatch(identifier) or not place:
        return None
    return CloneNote(identifier, Path(place), state.strip() == _DISPUTED)


def own_clone_id(common_dir: Path) -> str:
    """Return the clone's id, "" if none is noted yet or it is disputed; changes nothing."""
    note = noted_clone(common_dir)
    return "" if note is None or note.disputed else note.id


def is_disputed(common_dir: Path) -> bool:
    """Tell whether another machine has this clone's id and may be the one to keep it."""
    note = noted_clone(common_dir)
    return note is not None and note.disputed


def dispute_clone_id(common_dir: Path, identifier: str, *, disputed: bool) -> None:
    """Note whether an id is disputed, if the clone still has that id. Raises Unavailable."""
    with _changing(common_dir):
        note = noted_clone(common_dir)
        if note is not None and note.id == identifier and note.disputed != disputed:
            _write(common_dir, replace(note, disputed=disputed))


def renew_clone_id(common_dir: Path, identifier: str) -> str:
    """Give the clone a new id, unless its id is no longer `identifier`; return its id.

    Raises Unavailable.
    """
    with _changing(common_dir):
        note = noted_clone(common_dir)
        if note is not None and note.id != identifier:
            return note.id
        new = CloneNote(_new_id(), common_dir)
        _write(common_dir, new)
        return new.id


def _seen_before(common_dir: Path) -> str:
    """Return the id that this process has seen in the same directory, "" for none.

    A directory that was made anew may have the number of the deleted one, but it has no worktrees.
    """
    identifier, directory = _seen.get(common_dir, ("", ()))
    is_same = directory == _identity(common_dir) and any(common_dir.glob("worktrees/*/gitdir"))
    return identifier if is_same else ""


def _identity(common_dir: Path) -> tuple[int, ...]:
    """Return what tells a directory from one that was made anew at its path."""
    try:
        status = common_dir.stat()
    except OSError:
        return ()
    return (status.st_dev, status.st_ino)


def _new_id() -> str:
    return os.urandom(8).hex()


def _is_copy(note: CloneNote, common_dir: Path) -> bool:
    """Tell whether the directory named in a note is a different one with the same id."""
    original = noted_clone(note.common_dir)
    if original is None or original.id != note.id or note.common_dir == common_dir:
        return False
    try:
        return not _file(note.common_dir).samefile(_file(common_dir))
    except OSError:
        return False


def _file(common_dir: Path) -> Path:
    return common_dir / _FOLDER / _NOTE


@contextmanager
def _changing(common_dir: Path) -> Generator[None]:
    try:
        (common_dir / _FOLDER).mkdir(exist_ok=True)
        with locked_file(common_dir / _FOLDER / _LOCK):
            yield
    except OSError as fault:
        raise Unavailable(
            f"this clone's id cannot be noted in {common_dir / _FOLDER}: {fault.strerror}; "
            "make that directory writable"
        ) from fault


def _write(common_dir: Path, note: CloneNote) -> None:
    """Replace the note, flushed to disk before it counts: nothing else knows the id."""
    target = _file(common_dir)
    passing = target.with_name(f"{_NOTE}.new")
    lines = (note.id, str(note.common_dir), *((_DISPUTED,) if note.disputed else ()))
    text = "".join(f"{line}\n" for line in lines)
    with passing.open("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    passing.replace(target)
