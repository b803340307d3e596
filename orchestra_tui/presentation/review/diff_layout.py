"""Where each line of a file's diff stands: unified or side by side, wrapped, with notes between.

Lines are placed as far as somebody has looked, and a row is made when it is drawn: a file of 20,000
lines shows its first ones as quickly as a short one.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from orchestra_tui.presentation.review.comments import shown_text
from orchestra_tui.presentation.review.diff_lines import DiffLine
from orchestra_tui.presentation.review.diff_model import FileDiff
from orchestra_tui.presentation.review.spans import wrapped
from orchestra_tui.presentation.rows.cells import Line

NOTHING = -1
NO_END = "  ⏎ no line end"  # shown after a last line that has none
_TAB = 4
_AT_FIRST = 200  # rows
_BATCH = 32  # items


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
    """The rows of one file at one width.

    `items` and `headings` are what is placed by now; `place_all` places the rest.
    """

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
        self._starts = [0]
        self._unplaced = len(self.lines)
        self._rest = self._items_of(file, notes or {})
        if split:
            self.place_all()  # how many rows pairs take is not known before
        else:
            self._place_rows(_AT_FIRST)

    @property
    def row_count(self) -> int:
        """How many rows there are in all; at least, as long as some lines are not placed."""
        return self._starts[-1] + self._unplaced

    def place_all(self) -> None:
        """Place all lines."""
        self._place_while(lambda: True)

    def place(self, row: int) -> RowPlace:
        """Return what stands in a row, or in the last one."""
        self._place_rows(row + 1)
        item = min(bisect_right(self._starts, row), len(self.items)) - 1
        return RowPlace(item, min(row, self._starts[-1] - 1) - self._starts[item])

    def rows_of(self, item: int) -> range:
        """Return the rows of an item."""
        self._place_items(item + 1)
        return range(self._starts[item], self._starts[item + 1])

    def line_at(self, item: int) -> int:
        """Return the number of the line that a comment on the item is about: the newer one."""
        shown = self.items[item]
        return shown.right if shown.right != NOTHING else shown.left

    def item_of(self, line: int) -> int:
        """Return the item that shows a line; 0 where there is none."""
        at = 0
        while self.has_item(at):
            item = self.items[at]
            if line in (item.left, item.right) and item.is_line:
                return at
            at += 1
        return 0

    def has_item(self, at: int) -> bool:
        """Tell whether there is an item of that number, and place it."""
        self._place_items(at + 1)
        return 0 <= at < len(self.items)

    def step(self, item: int, by: int) -> int:
        """Return the next item with a line in one direction, or the same at the end."""
        at = item + by
        while self.has_item(at):
            if self.items[at].is_line:
                return at
            at += by
        return item

    def first_change(self, item: int) -> int:
        """Return the first added or removed line from an item on, or the first line there."""
        is_line = self.has_item(item) and self.items[item].is_line
        first = at = item if is_line else self.step(item, 1)
        while self.has_item(at) and not self.items[at].heading:
            if self.items[at].is_line and self.lines[self.line_at(at)].kind != " ":
                return at
            at += 1
        return first

    def next_change(self, item: int, by: int) -> int | None:
        """Return the first change of the hunk after or before an item, None for none."""
        if by < 0:
            firsts = [self.first_change(at) for at in self.headings if at < item]
            return max((at for at in firsts if at < item), default=None)
        number = 0
        while self._has_heading(number):
            first = self.first_change(self.headings[number])
            if first > item:
                return first
            number += 1
        return None

    def _has_heading(self, number: int) -> bool:
        self._place_while(lambda: len(self.headings) <= number)
        return number < len(self.headings)

    def _place_rows(self, count: int) -> None:
        self._place_while(lambda: self._starts[-1] < count)

    def _place_items(self, count: int) -> None:
        self._place_while(lambda: len(self.items) < count)

    def _place_while(self, is_wanted: Callable[[], bool]) -> None:
        while is_wanted():
            batch = list(islice(self._rest, _BATCH))
            if not batch:
                self._unplaced = 0
                return
            end = self._starts[-1]
            for item in batch:
                if item.heading:
                    self.headings.append(len(self.items))
                self.items.append(item)
                end += self._height(item)
                self._starts.append(end)
            self._unplaced = max(0, self._unplaced - sum(item.is_line for item in batch))

    def _side_width(self, width: int) -> int:
        return (width - 1) // 2 if self.split else width

    def _items_of(self, file: FileDiff, notes: Mapping[int, Sequence[Line]]) -> Iterator[Item]:
        start = 0
        if notes.get(NOTHING):
            yield Item(note=notes[NOTHING])
        for hunk in file.hunks:
            first = hunk.lines[0]
            yield Item(heading=f"@@ {first.new or first.old} {hunk.heading}".rstrip())
            numbers = range(start, start + len(hunk.lines))
            pairs = _pairs(hunk.lines, start) if self.split else ((at, at) for at in numbers)
            for left, right in pairs:
                yield Item(left, right)
                for at in dict.fromkeys((left, right)) if notes else ():
                    if at in notes:
                        yield Item(note=notes[at])
            start += len(hunk.lines)

    def _height(self, item: Item) -> int:
        if item.note:
            return len(item.note)
        if not item.is_line:
            return 1
        if item.left == item.right:
            return self._line_height(item.left)
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
