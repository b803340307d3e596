"""Where each line of a file's diff stands: unified or side by side, wrapped, with notes between.

Only heights are computed for all lines, in some milliseconds for 20,000; what a row looks like is
made when it is drawn.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from orchestra_tui.presentation.review.comments import shown_text
from orchestra_tui.presentation.review.diff_model import DiffLine, FileDiff
from orchestra_tui.presentation.review.spans import wrapped
from orchestra_tui.presentation.rows.cells import Line

NOTHING = -1
NO_END = "  ⏎ no line end"  # shown after a last line that has none
_TAB = 4


class Item(NamedTuple):
    """A heading, a note, or a line by its number in `DiffLayout.lines`.

    Side by side a line is on the left (old), on the right (new) or on both; unified both are equal.
    """

    left: int = NOTHING
    right: int = NOTHING
    heading: str = ""
    note: Sequence[Line] = ()

    @property
    def is_line(self) -> bool:
        """Whether the cursor can stand on it."""
        return self.left != NOTHING or self.right != NOTHING


@dataclass(frozen=True, slots=True)
class RowPlace:
    """One row of the screen: its item, and which of the rows of that item it is."""

    item: int
    part: int


class DiffLayout:
    """The rows of one file at one width."""

    def __init__(
        self,
        file: FileDiff,
        notes: Mapping[int, Sequence[Line]] | None = None,
        *,
        width: int = 80,
        split: bool = False,
    ) -> None:
        self.split = split
        self.lines = file.lines
        highest = max((max(line.old, line.new) for line in _last_lines(file)), default=0)
        self.digits = max(3, len(str(highest)))
        self.text_width = max(8, self._side_width(width) - self.digits - 3)
        self.items: list[Item] = []
        self.headings: list[int] = []
        self._place_items(file, notes or {})
        self._starts = [0, *accumulate(map(self._height, self.items))]

    @property
    def row_count(self) -> int:
        """How many rows there are in all."""
        return self._starts[-1]

    def place(self, row: int) -> RowPlace:
        """Return what stands in a row."""
        item = bisect_right(self._starts, row) - 1
        return RowPlace(item, row - self._starts[item])

    def rows_of(self, item: int) -> range:
        """Return the rows of an item."""
        return range(self._starts[item], self._starts[item + 1])

    def line_at(self, item: int) -> int:
        """Return the number of the line that a comment on the item is about: the newer one."""
        found = self.items[item]
        return found.right if found.right != NOTHING else found.left

    def item_of(self, line: int) -> int:
        """Return the item that shows a line; 0 where there is none."""
        for at, item in enumerate(self.items):
            if line in (item.left, item.right) and item.is_line:
                return at
        return 0

    def step(self, item: int, by: int) -> int:
        """Return the next item with a line in one direction, or the same at the end."""
        at = item + by
        while 0 <= at < len(self.items):
            if self.items[at].is_line:
                return at
            at += by
        return item

    def first_change(self, item: int) -> int:
        """Return the first added or removed line from an item on, or the first line there."""
        first = item if self.items and self.items[item].is_line else self.step(item, 1)
        for at in range(first, len(self.items)):
            if self.items[at].heading:
                break
            if self.items[at].is_line and self.lines[self.line_at(at)].kind != " ":
                return at
        return first

    def _side_width(self, width: int) -> int:
        return (width - 1) // 2 if self.split else width

    def _place_items(self, file: FileDiff, notes: Mapping[int, Sequence[Line]]) -> None:
        start = 0
        if notes.get(NOTHING):
            self.items.append(Item(note=notes[NOTHING]))
        for hunk in file.hunks:
            first = hunk.lines[0]
            self.headings.append(len(self.items))
            self.items.append(Item(heading=f"@@ {first.new or first.old} {hunk.heading}".rstrip()))
            numbers = range(start, start + len(hunk.lines))
            pairs = _pairs(hunk.lines, start) if self.split else ((at, at) for at in numbers)
            for left, right in pairs:
                self.items.append(Item(left, right))
                for at in dict.fromkeys((left, right)):
                    if at in notes:
                        self.items.append(Item(note=notes[at]))
            start += len(hunk.lines)

    def _height(self, item: Item) -> int:
        if item.note:
            return len(item.note)
        if not item.is_line:
            return 1
        return max(self._line_height(item.left), self._line_height(item.right))

    def _line_height(self, at: int) -> int:
        if at == NOTHING:
            return 1
        line = self.lines[at]
        text = line.text if line.ends else line.text + NO_END
        if text.isascii() and len(text) + (_TAB - 1) * text.count("\t") <= self.text_width:
            return 1
        shown = shown_text(line) if line.ends else shown_text(line) + NO_END
        return len(wrapped(((shown, "plain"),), self.text_width))


def _last_lines(file: FileDiff) -> Iterator[DiffLine]:
    yield from (hunk.lines[-1] for hunk in file.hunks)


def _pairs(lines: Sequence[DiffLine], start: int) -> Iterator[tuple[int, int]]:
    """Yield the lines of a hunk side by side: what was removed beside what was added for it."""
    removed: list[int] = []
    added: list[int] = []
    for at, line in enumerate(lines, start):
        if line.kind == " " or (line.kind == "-" and added):
            yield from _beside(removed, added)
            removed, added = [], []
        match line.kind:
            case " ":
                yield at, at
            case "-":
                removed.append(at)
            case "+":
                added.append(at)
    yield from _beside(removed, added)


def _beside(removed: Sequence[int], added: Sequence[int]) -> Iterator[tuple[int, int]]:
    for at in range(max(len(removed), len(added))):
        yield (
            removed[at] if at < len(removed) else NOTHING,
            added[at] if at < len(added) else NOTHING,
        )
