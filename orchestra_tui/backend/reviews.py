"""The reviews a room remembers: drafts while it is open, seen files for longer.

Which files somebody has seen belongs to that person, not to the project: it is kept in the person's
state directory, in one file per project, and nobody else reads it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from orchestra_core.models import Chamber
from orchestra_tui.backend.state_file import keep_text

if TYPE_CHECKING:
    from orchestra_tui.presentation.review.review_model import Review

_FOLDER = "reviews"
_MOST = 300  # chambers; the oldest marks are dropped first
Seen = dict[str, dict[str, str]]


class Reviews:
    """One review per chamber; without a directory nothing outlives the room."""

    def __init__(self, directory: Path | None = None, project: str = "") -> None:
        self._file = directory / _FOLDER / f"{project}.json" if directory else None
        self._reviews: dict[str, Review] = {}

    def review_of(self, chamber: Chamber) -> "Review":
        """Return a chamber's review, with its seen files."""
        from orchestra_tui.presentation.review.review_model import Review

        review = self._reviews.get(chamber.id)
        if review is None:
            seen = self._marks().get(chamber.id, {})
            review = self._reviews[chamber.id] = Review(chamber.name, seen=dict(seen))
        return review

    def keep_seen(self, chamber_id: str, seen: Mapping[str, str]) -> None:
        """Save which versions of files were seen; on a full disk only these marks are lost."""
        marks = self._marks()  # another room may have written it since
        marks.pop(chamber_id, None)
        marks[chamber_id] = dict(seen)
        for oldest in list(marks)[:-_MOST]:
            del marks[oldest]
        if self._file is not None:
            keep_text(self._file, json.dumps(marks))

    def _marks(self) -> Seen:
        return _read(self._file) if self._file else {}


def _read(file: Path) -> Seen:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Seen)
    except (OSError, msgspec.MsgspecError):
        return {}
