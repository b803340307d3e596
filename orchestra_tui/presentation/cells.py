"""The words of presentation: a cell is text with a tone, a row is cells under columns.

A tone says what a text means, never which colour it has; the meaning also stands in the text
itself, as a symbol or a word, so that a screen without colours loses nothing.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Tone = Literal["plain", "strong", "muted", "accent", "ok", "warn", "critical"]
TONES: tuple[Tone, ...] = get_args(Tone)
Align = Literal["left", "right"]


class Cell(NamedTuple):
    """A piece of one line; the text has no line ends, and no markup is ever read from it."""

    text: str
    tone: Tone = "plain"


Line = tuple[Cell, ...]


class Row(NamedTuple):
    """One line of a table; `due` is when its text changes by itself (ms), 0 for never."""

    key: str
    cells: Line
    due: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column, measured in terminal cells.

    `width` is exact, or the least when `flex` (the share in what is left over) is above 0. `rank`
    says who goes first when there is no room: the highest; 0 stays.
    """

    title: str
    width: int
    flex: int = 0
    rank: int = 0
    align: Align = "left"
