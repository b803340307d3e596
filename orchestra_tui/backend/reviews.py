"""The reviews that a room remembers: drafts while it is open, files seen for longer.

Which files somebody has seen is theirs and not the project's: it lies in the person's state
directory, a file for each project, and nobody else reads it.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from orchestra_core.models import Chamber

if TYPE_CHECKING:
    from orchestra_tui.presentation.review.review_model import Review

_FOLDER = "reviews"
_MOST = 300  # chambers; the oldest marks go first
Seen = dict[str, dict[str, str]]


class Reviews:
    """One review for each chamber; without a directory nothing outlives the room."""

    def __init__(self, directory: Path | None = None, project: str = "") -> None:
        self._file = directory / _FOLDER / f"{project}.json" if directory else None
        self._reviews: dict[str, Review] = {}

    def review_of(self, chamber: Chamber) -> "Review":
        """Return a chamber's review, with the files seen in it."""
        from orchestra_tui.presentation.review.review_model import Review

        review = self._reviews.get(chamber.id)
        if review is None:
            seen = self._marks().get(chamber.id, {})
            review = self._reviews[chamber.id] = Review(chamber.name, seen=dict(seen))
        return review

    def keep_seen(self, chamber_id: str, seen: Mapping[str, str]) -> None:
        """Keep which versions of files were seen; a full disk loses only these marks."""
        marks = self._marks()  # another room may have written since
        marks.pop(chamber_id, None)
        marks[chamber_id] = dict(seen)
        for oldest in list(marks)[:-_MOST]:
            del marks[oldest]
        if self._file is not None:
            _write(self._file, marks)

    def _marks(self) -> Seen:
        return _read(self._file) if self._file else {}


def _read(file: Path) -> Seen:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Seen)
    except (OSError, msgspec.MsgspecError):
        return {}


def _write(file: Path, marks: Seen) -> None:
    part = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(json.dumps(marks), encoding="utf-8")
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink()
