"""Lines of a diff, made when they are asked for: most lines of a long diff are never looked at."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import Literal, NamedTuple, overload

LineKind = Literal[" ", "+", "-"]
Side = Literal["old", "new"]
_BLOCK = 256  # lines whose kinds are counted together
_KINDS: dict[str, LineKind] = {"+": "+", "-": "-"}  # any other line is in both files


class DiffLine(NamedTuple):
    """One line: its numbers in the old and the new file, 0 if it is not in that file."""

    kind: LineKind
    text: str
    old: int
    new: int
    ends: bool = True  # False for a last line without a line end

    @property
    def side(self) -> Side:
        """Which file, old or new, a comment on it is about."""
        return "old" if self.kind == "-" else "new"

    @property
    def number(self) -> int:
        """Its number on that side."""
        return self.old if self.kind == "-" else self.new


class HunkLines(Sequence[DiffLine]):
    """The lines of one hunk; a line is always the same object."""

    def __init__(self, texts: Sequence[str], old: int, new: int) -> None:
        """Take git's lines; the first is line `old` of the old file, `new` of the new."""
        self._texts, self._kinds, self._unended = _without_markers(texts, _kinds_of(texts))
        blocks = [self._kinds[at : at + _BLOCK] for at in range(0, len(self._kinds), _BLOCK)]
        self._added = list(accumulate((block.count("+") for block in blocks), initial=0))
        self._removed = list(accumulate((block.count("-") for block in blocks), initial=0))
        self._old, self._new = old, new
        self._made: dict[int, DiffLine] = {}
        self._counted = (0, 0, 0)  # a line, and how many lines are added and removed before it

    @property
    def texts(self) -> Sequence[str]:
        """All lines as git printed them, each after the letter of its kind, without making any."""
        return self._texts

    @property
    def kinds(self) -> str:
        """The letter of each line."""
        return self._kinds

    @property
    def unended(self) -> frozenset[int]:
        """The numbers of lines without a line end."""
        return self._unended

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self._texts)

    @overload
    def __getitem__(self, at: int) -> DiffLine: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[DiffLine]: ...
    def __getitem__(self, at: int | slice) -> DiffLine | Sequence[DiffLine]:
        """Return a line, or some."""
        if isinstance(at, slice):
            return [self._line(number) for number in range(*at.indices(len(self)))]
        return self._line(range(len(self))[at])

    def _line(self, at: int) -> DiffLine:
        line = self._made.get(at)
        if line is None:
            text = self._texts[at]
            kind = _KINDS.get(text[:1], " ")
            added, removed = self._counts_before(at)
            self._counted = (at + 1, added + (kind == "+"), removed + (kind == "-"))
            line = self._made[at] = DiffLine(
                kind,
                text[1:],
                0 if kind == "+" else self._old + at - added,
                0 if kind == "-" else self._new + at - removed,
                at not in self._unended,
            )
        return line

    def _counts_before(self, at: int) -> tuple[int, int]:
        counted_at, added, removed = self._counted
        if counted_at == at:  # lines are usually made in order
            return added, removed
        block, start = at // _BLOCK, at // _BLOCK * _BLOCK
        return (
            self._added[block] + self._kinds.count("+", start, at),
            self._removed[block] + self._kinds.count("-", start, at),
        )


class ChainedLines(Sequence[DiffLine]):
    """The lines of several hunks, one after the other."""

    def __init__(self, parts: Sequence[Sequence[DiffLine]]) -> None:
        self._parts = parts
        self._starts = [0, *accumulate(map(len, parts))]

    def __len__(self) -> int:
        """Return how many lines there are in all."""
        return self._starts[-1]

    def __iter__(self) -> Iterator[DiffLine]:
        """Return the lines in their order."""
        return chain.from_iterable(self._parts)

    @overload
    def __getitem__(self, at: int) -> DiffLine: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[DiffLine]: ...
    def __getitem__(self, at: int | slice) -> DiffLine | Sequence[DiffLine]:
        """Return a line, or some."""
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        number = range(len(self))[at]
        part = bisect_right(self._starts, number) - 1
        return self._parts[part][number - self._starts[part]]


def _without_markers(texts: Sequence[str], kinds: str) -> tuple[Sequence[str], str, frozenset[int]]:
    r"""Return the lines without git's `\ No newline`, and which of them have no line end."""
    if "\\" not in kinds:
        return texts, kinds, frozenset()
    lines: list[str] = []
    unended: set[int] = set()
    for text in texts:
        if not text.startswith("\\"):
            lines.append(text)
        elif lines:
            unended.add(len(lines) - 1)
    return lines, kinds.replace("\\", ""), frozenset(unended)


def _kinds_of(texts: Sequence[str]) -> str:
    """Return each line's first letter, a blank if `diff.suppressBlankEmpty` left it out."""
    return "".join([text[:1] or " " for text in texts])
