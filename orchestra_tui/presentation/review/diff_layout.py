"""The rows of a file's diff: unified or side by side, wrapped, with comments between.

Lines are placed as far as somebody has looked, some at a time, and a row is made when it is drawn:
a file of 20,000 lines shows its first lines as quickly as a short one, and its last lines without
making those between.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from orchestra_tui.presentation.review.diff_lines import DiffLine
from orchestra_tui.presentation.review.diff_model import FileDiff
from orchestra_tui.presentation.review.diff_runs import NOTHING, Item, pair_count, runs_of
from orchestra_tui.presentation.rows.cells import Line

_AT_FIRST = 200  # rows


@dataclass(frozen=True, slots=True)
class RowPlace:
    """One row of the screen: its item, and its number among that item's rows."""

    item: int
    part: int


class DiffLayout:
    """The rows of one file at one width.

    `items` and `headings` are what is placed so far; `place_all` places the rest.
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
        self._unplaced = (
            sum(pair_count(hunk.lines) for hunk in file.hunks) if split else len(self.lines)
        )
        self._rest = runs_of(file, notes or {}, self.text_width, split=split)
        self._place_rows(_AT_FIRST)

    @property
    def row_count(self) -> int:
        """The number of rows; a lower bound while some lines are not placed."""
        return self._starts[-1] + self._unplaced

    def place_all(self) -> None:
        """Place all lines."""
        self._place_while(lambda: True)

    def place(self, row: int) -> RowPlace:
        """Return what is in a row, or in the last one."""
        self._place_rows(row + 1)
        item = min(bisect_right(self._starts, row), len(self.items)) - 1
        return RowPlace(item, min(row, self._starts[-1] - 1) - self._starts[item])

    def rows_of(self, item: int) -> range:
        """Return the rows of an item."""
        self._place_items(item + 1)
        return range(self._starts[item], self._starts[item + 1])

    def line_at(self, item: int) -> int:
        """Return the number of the line that a comment on the item is about: the new file's."""
        shown = self.items[item]
        return shown.right if shown.right != NOTHING else shown.left

    def item_of(self, line: int) -> int:
        """Return the item that shows a line; 0 if there is none."""
        at = line // 2  # an item shows at most two lines
        while self.has_item(at):
            item = self.items[at]
            if line in (item.left, item.right) and item.is_line:
                return at
            at += 1
        return 0

    def has_item(self, at: int) -> bool:
        """Tell whether there is an item with a number, and place it."""
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
        """Return the first change of the next or previous hunk; None if there is none."""
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
            run = next(self._rest, None)
            if run is None:
                self._unplaced = 0
                return
            if run.items[0].heading:
                self.headings.append(len(self.items))
            self._starts += [*accumulate(run.heights, initial=self._starts[-1])][1:]
            self.items += run.items
            lines = len(run.items) if run.items[-1].is_line else 0
            self._unplaced = max(0, self._unplaced - lines)

    def _side_width(self, width: int) -> int:
        return (width - 1) // 2 if self.split else width


def _last_lines(file: FileDiff) -> Iterator[DiffLine]:
    yield from (hunk.lines[-1] for hunk in file.hunks)
