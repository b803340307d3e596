"""The items of a file's diff, in runs: which lines are side by side, and how high they are.

A run is made from the first letters and lengths of git's lines, without making the lines.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from orchestra_tui.presentation.review.comments import as_shown
from orchestra_tui.presentation.review.diff_lines import HunkLines
from orchestra_tui.presentation.review.diff_model import FileDiff, Hunk
from orchestra_tui.presentation.review.spans import wrapped
from orchestra_tui.presentation.rows.cells import Line

NOTHING = -1
NO_END = "  ⏎ no newline at the end"  # shown after a last line without a line end
_LONGEST = 256  # lines
_BLOCK = re.compile(r"[^-+]+|-+\+*|\++")  # lines of both files, or removed and added lines


class Item(NamedTuple):
    """A heading, a note, or a line by its number in `DiffLayout.lines`.

    Side by side, a line is on the left (old), on the right (new) or both; unified, both are equal.
    """

    left: int = NOTHING
    right: int = NOTHING
    heading: str = ""
    note: Sequence[Line] = ()

    @property
    def is_line(self) -> bool:
        """Whether the cursor can be on it."""
        return self.left != NOTHING or self.right != NOTHING


class Run(NamedTuple):
    """Items that are placed together, and how many rows each takes."""

    items: Sequence[Item]
    heights: Sequence[int]


def runs_of(
    file: FileDiff, notes: Mapping[int, Sequence[Line]], text_width: int, *, split: bool
) -> Iterator[Run]:
    """Yield headings, notes and runs of lines in order; each run has one kind."""
    start = 0
    if notes.get(NOTHING):
        yield _note_run(notes[NOTHING])
    for hunk in file.hunks:
        yield _heading_run(hunk)
        for lefts, rights in _sides(hunk.lines, split=split):
            items = [*map(Item, _moved(lefts, start), _moved(rights, start))]
            heights = line_heights(hunk.lines, rights, text_width)
            if lefts is not rights:
                heights = [*map(max, line_heights(hunk.lines, lefts, text_width), heights)]
            yield from _with_notes(Run(items, heights), notes) if notes else (Run(items, heights),)
        start += len(hunk.lines)


def pair_count(lines: HunkLines) -> int:
    """Return how many items a hunk needs side by side."""
    sides = map(_block_sides, _BLOCK.finditer(lines.kinds))
    return sum(max(len(left), len(right)) for left, right in sides)


def line_heights(lines: HunkLines, numbers: Sequence[int], width: int) -> list[int]:
    """Return how many rows of `width` cells each line takes, by its number in the hunk."""
    texts, most = lines.texts, width + 1  # including the letter of its kind
    heights = [
        1
        if at == NOTHING or (len(text := texts[at]) <= most and text.isascii() and "\t" not in text)
        else _height(as_shown(text[1:]), width)
        for at in numbers
    ]
    for unended in lines.unended:
        if unended in numbers:
            shown = as_shown(lines[unended].text) + NO_END
            heights[numbers.index(unended)] = _height(shown, width)
    return heights


def _height(shown: str, width: int) -> int:
    if shown.isascii():
        return max(1, -(-len(shown) // width))
    return len(wrapped(((shown, "plain"),), width))


def _with_notes(run: Run, notes: Mapping[int, Sequence[Line]]) -> Iterator[Run]:
    """Yield a run with the notes on its lines, each below its line."""
    done = 0
    for at, item in enumerate(run.items, 1):
        sides = dict.fromkeys((item.left, item.right))
        noted = [line for line in sides if line != NOTHING and notes.get(line)]
        if noted:
            yield Run(run.items[done:at], run.heights[done:at])
            yield from (_note_run(notes[line]) for line in noted)
            done = at
    if done < len(run.items):
        yield Run(run.items[done:], run.heights[done:])


def _note_run(note: Sequence[Line]) -> Run:
    return Run([Item(note=note)], [len(note)])


def _heading_run(hunk: Hunk) -> Run:
    first = hunk.lines[0]
    return Run([Item(heading=f"@@ {first.new or first.old} {hunk.heading}".rstrip())], [1])


def _moved(numbers: Sequence[int], by: int) -> Sequence[int]:
    """Convert numbers of lines in a hunk to numbers in the file's lines."""
    return [at if at == NOTHING else at + by for at in numbers] if by else numbers


def _sides(lines: HunkLines, *, split: bool) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Yield the numbers of a hunk's lines, left and right, in runs.

    Side by side, removed lines are next to the lines that replaced them.
    """
    if not split:
        for start in range(0, len(lines), _LONGEST):
            numbers = range(start, min(start + _LONGEST, len(lines)))
            yield numbers, numbers
        return
    lefts, rights = list[int](), list[int]()
    for block in _BLOCK.finditer(lines.kinds):
        left, right = _block_sides(block)
        for start in range(0, max(len(left), len(right)), _LONGEST):
            lefts += left[start : start + _LONGEST]
            rights += right[start : start + _LONGEST]
            shorter = lefts if len(lefts) < len(rights) else rights
            shorter += [NOTHING] * abs(len(lefts) - len(rights))
            if len(lefts) >= _LONGEST:
                yield lefts, rights
                lefts, rights = [], []
    if lefts:
        yield lefts, rights


def _block_sides(block: re.Match[str]) -> tuple[range, range]:
    start, end = block.span()
    if block[0][0] not in "-+":
        both = range(start, end)
        return both, both
    added = start + block[0].count("-")
    return range(start, added), range(added, end)
