"""The words of presentation: a cell is text with a tone, a row is cells under columns.

A tone says what a text means, never which colour it has; the meaning also stands in the text
itself, as a symbol or a word, so that a screen without colours loses nothing.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Tone = Literal["plain", "strong", "muted", "faint", "accent", "ok", "warn", "critical"]
TONES: tuple[Tone, ...] = get_args(Tone)
Align = Literal["left", "right"]


class Cell(NamedTuple):
    """A piece of one line; the text has no line ends, and no markup is ever read from it.

    In a table, `badges` stand at the right end of its column; the text gives way to them.
    """

    text: str
    tone: Tone = "plain"
    badges: tuple["Cell", ...] = ()


Line = tuple[Cell, ...]


class Row(NamedTuple):
    """A row of a table; `due` is when its text changes by itself (ms), 0 for never.

    The cell at `restless` changes so often that it alone gives its row no second line.
    """

    key: str
    cells: Line
    due: int = 0
    restless: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column, measured in terminal cells.

    `width` is exact, or the least when `flex` (the share in what is left over) is above 0. The
    column shows in tables that have at least `since` and fewer than `until` cells; 0 is no bound.
    The text of one that `overflows` runs on over the columns after it that are empty in its row.
    """

    title: str
    width: int
    flex: int = 0
    since: int = 0
    until: int = 0
    gap: int = 2  # blanks after it, but for the last one
    align: Align = "left"
    overflows: bool = False
