"""The vocabulary of presentation: a cell is text with a tone, a row is cells under columns.

A tone says what a text means, never which colour it has. The text itself has the meaning too, as a
symbol or a word, so that a screen without colours loses nothing.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Tone = Literal["plain", "strong", "muted", "faint", "accent", "ok", "warn", "critical"]
TONES: tuple[Tone, ...] = get_args(Tone)
Align = Literal["left", "right"]


class Cell(NamedTuple):
    """A piece of one line; the text has no line ends, and is never read as markup.

    In a table, `badges` are at the right end of the column; the text makes room for them.
    """

    text: str
    tone: Tone = "plain"
    badges: tuple["Cell", ...] = ()


Line = tuple[Cell, ...]


class Row(NamedTuple):
    """A row of a table; `due` is when its text changes by itself (ms), 0 for never.

    The cell at `restless` changes so often that it alone does not cause a second line.
    """

    key: str
    cells: Line
    due: int = 0
    restless: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column, measured in terminal cells.

    `width` is exact, or the least width if `flex` (the share of spare cells) is above 0. The column
    shows in tables with at least `since` and fewer than `until` cells; 0 is no bound. The text of a
    column that `overflows` continues over the following columns that are empty in its row.
    """

    title: str
    width: int
    flex: int = 0
    since: int = 0
    until: int = 0
    gap: int = 2  # blanks after each column but the last
    align: Align = "left"
    overflows: bool = False
