"""The content of a review: the diff, its seen files, drafts of comments, and mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from orchestra_core.models import Interrupt
from orchestra_core.replies.review import ChamberDiff, DiffPart
from orchestra_tui.presentation.review.comments import Comment, comments_in, outcome_of
from orchestra_tui.presentation.review.diff_lines import DiffLine
from orchestra_tui.presentation.review.diff_model import FileDiff, parse_diff
from orchestra_tui.presentation.review.diff_runs import NOTHING
from orchestra_tui.presentation.review.spans import search_pattern
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.symbols import MAIL
from orchestra_tui.presentation.text_fit import text_lines

SeenState = Literal["", "seen", "changed"]
PARTS: tuple[DiffPart, ...] = ("all", "committed", "uncommitted")


@dataclass
class Review:
    """One chamber's review, independent of a screen; `seen` has each seen file's version."""

    chamber: str
    part: DiffPart = "all"
    diff: ChamberDiff | None = None
    files: Sequence[FileDiff] = ()
    at: int = 0  # index of the shown file
    seen: dict[str, str] = field(default_factory=dict[str, str])
    drafts: list[Comment] = field(default_factory=list[Comment])
    sent: Sequence[Interrupt] = ()  # the chamber's mail, oldest first

    def take(self, diff: ChamberDiff) -> None:
        """Take another diff; stay at the same file if it is still there."""
        path = self.file.path if self.file else ""
        self.diff = diff
        self.files = parse_diff(diff.diff, diff.files)
        paths = [file.path for file in self.files]
        self.at = paths.index(path) if path in paths else min(self.at, max(0, len(paths) - 1))

    @property
    def file(self) -> FileDiff | None:
        """The shown file."""
        return self.files[self.at] if self.files else None

    def seen_state(self, file: FileDiff) -> SeenState:
        """Return whether a file was marked as seen, and whether it has changed since."""
        version = self.seen.get(file.path)
        if version is None:
            return ""
        return "seen" if version == file.version else "changed"

    @property
    def seen_count(self) -> int:
        """How many files were seen in their current version."""
        return sum(self.seen_state(file) == "seen" for file in self.files)

    def mark_seen(self) -> bool:
        """Mark the shown file as seen, or remove the mark; return whether it is marked now."""
        file = self.file
        if file is None:
            return False
        if self.seen_state(file) == "seen":
            del self.seen[file.path]
            return False
        self.seen[file.path] = file.version
        return True

    def next_unseen(self) -> int:
        """Return the next file not seen in its current version, or the shown one."""
        count = len(self.files)
        for step in range(1, count):
            at = (self.at + step) % count
            if self.seen_state(self.files[at]) != "seen":
                return at
        return self.at

    def messages(self) -> list[tuple[Interrupt, Comment]]:
        """Return the comments that were sent and not withdrawn, each with its message."""
        return [
            (interrupt, comment)
            for interrupt in self.sent
            if not interrupt.is_withdrawn
            for comment in comments_in(interrupt.message)
        ]

    def find(self, query: str, start: tuple[int, int], by: int) -> tuple[int, int] | None:
        """Return file and line of the next match after `start`, cyclically; None without one."""
        pattern = search_pattern(query)
        places = self._lines_from(start, by)
        return next(((file, at) for file, at, line in places if pattern.search(line.text)), None)

    def _lines_from(self, start: tuple[int, int], by: int) -> Iterator[tuple[int, int, DiffLine]]:
        count = len(self.files)
        for step in range(count + 1):
            number = (start[0] + by * step) % count
            lines = self.files[number].lines
            numbers = range(len(lines)) if by > 0 else range(len(lines) - 1, -1, -1)
            for at in numbers:
                after = (at - start[1]) * by > 0
                if step not in (0, count) or (after if step == 0 else not after):
                    yield number, at, lines[at]

    def notes(self) -> Mapping[int, Sequence[Line]]:
        """Return the notes below lines of the shown file: drafts and sent comments."""
        file = self.file
        notes: dict[int, list[Line]] = {}
        if file is None:
            return notes
        for draft in self.drafts:
            if draft.path == file.path:
                at = _line_of(outcome_of(draft, file).at, file)
                state = Cell("not sent   enter edits, x deletes", "warn")
                notes.setdefault(at, []).extend(_note(draft, state))
        for interrupt, comment in self.messages():
            if comment.path == file.path:
                outcome = outcome_of(comment, file)
                word = MAIL[interrupt.state]
                changed = outcome.kind != "same"
                shown = notes.setdefault(_line_of(outcome.at, file), [])
                shown.extend(_note(comment, word))
                if changed:
                    shown.append((Cell("changed since; it was:", "accent"),))
                    shown.extend(
                        (Cell(f"{kind} {text}", "muted"),) for kind, text in comment.quoted
                    )
                elif interrupt.state == "acted":
                    shown.append((Cell("these lines have not changed", "muted"),))
        return notes


def _line_of(line: DiffLine | None, file: FileDiff) -> int:
    if line is None:
        return NOTHING
    numbers = (at for at, each in enumerate(file.lines) if each is line)
    return next(numbers, NOTHING)


def _note(comment: Comment, state: Cell) -> list[Line]:
    first, *rest = text_lines(comment.text) or [(Cell(""),)]
    return [(*first, Cell("   "), state), *rest]
