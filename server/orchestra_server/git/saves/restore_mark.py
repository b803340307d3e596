"""Marks a worktree while saved work is put into it.

Two states are compared by git's trees. These lack exact bytes, modes, flags of the index and
whether submodules are filled: without a mark, a restore may look finished before it is.
"""

import os
from pathlib import Path

_MARK = "orchestra-restoring"  # in git's directory for the worktree; it names the save


def mark_restoring(admin: Path, ref: str) -> None:
    """Mark, durably, that the work saved under `ref` is being restored."""
    if restoring(admin) == ref:
        return
    temporary = admin / f"{_MARK}.new"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(ref)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(admin / _MARK)


def unmark_restoring(admin: Path) -> None:
    """Remove the mark: everything is restored."""
    (admin / _MARK).unlink(missing_ok=True)


def restoring(admin: Path) -> str:
    """Return the ref of the save whose restore has not finished, "" for none."""
    mark = admin / _MARK
    return mark.read_text(encoding="utf-8") if mark.exists() else ""
