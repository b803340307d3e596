"""Syntax colours for the lines of a diff, computed only for lines on screen.

A lexer knows its state only from the start. Lexing 20,000 lines takes a second, so a block of lines
is lexed together with some lines before it; a text that began even earlier may be coloured wrongly.
A block begins at the line that is asked for, so that a screen needs one or two blocks.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from orchestra_tui.presentation.review.comments import shown_text
from orchestra_tui.presentation.review.diff_lines import DiffLine, LineKind

if TYPE_CHECKING:
    from pygments.lexer import Lexer

SyntaxTone = Literal["plain", "keyword", "text", "comment", "number", "name"]
Token = tuple[str, ...]  # as pygments names it, from the general to the specific
Spans = tuple[tuple[str, SyntaxTone], ...]

BLOCK = 48  # lines
_BEFORE = 64  # lines
_LONGEST = 500  # characters; a longer line is probably generated, and shown without colours
_PLAIN: SyntaxTone = "plain"
_TONES: tuple[tuple[Token, SyntaxTone], ...] = (
    (("Comment",), "comment"),
    (("Keyword",), "keyword"),
    (("Operator", "Word"), "keyword"),
    (("Literal", "String"), "text"),
    (("Literal", "Number"), "number"),
    (("Name", "Function"), "name"),
    (("Name", "Class"), "name"),
    (("Name", "Tag"), "keyword"),
    (("Name", "Decorator"), "number"),
    (("Generic", "Heading"), "name"),
)


class Syntax:
    """The coloured pieces of one file's lines, in the order of the diff."""

    def __init__(self, path: str, lines: Sequence[DiffLine]) -> None:
        self._path = path
        self._lines = lines
        self._spans: dict[int, Spans] = {}
        self._lexer: Lexer | None = None
        self._looked_up = False

    def spans(self, at: int) -> Spans:
        """Return the pieces of a line's shown text."""
        if at not in self._spans:
            # Somebody who scrolls up asks for the line above the coloured ones.
            start = at if at + 1 not in self._spans else max(0, at + 1 - BLOCK)
            while start in self._spans:
                start += 1
            numbers = range(start, min(len(self._lines), start + BLOCK))
            self._color(start, next((end for end in numbers if end in self._spans), numbers.stop))
        return self._spans[at]

    def _color(self, start: int, end: int) -> None:
        for at in range(start, end):
            self._spans[at] = _all_plain(shown_text(self._lines[at]))
        if not self._looked_up:
            self._looked_up = True
            self._lexer = _lexer_for(self._path)
        if self._lexer is None:
            return
        self._color_side(self._lexer, start, end, "+")
        if any(self._lines[at].kind == "-" for at in range(start, end)):
            self._color_side(self._lexer, start, end, "-")

    def _color_side(self, lexer: "Lexer", start: int, end: int, kind: LineKind) -> None:
        """Colour the lines of one side; lines on both sides are coloured with the new one."""
        without = "-" if kind == "+" else "+"
        first = max(0, start - _BEFORE)
        numbers = [at for at in range(first, end) if self._lines[at].kind != without]
        texts = [shown_text(self._lines[at])[:_LONGEST] for at in numbers]
        pieces = lexed_lines(lexer, texts)
        for at, spans in zip(numbers, pieces, strict=False):
            line = self._lines[at]
            whole = sum(len(text) for text, _ in spans) == len(shown_text(line))
            if at >= start and whole and line.kind in ((kind, " ") if kind == "+" else (kind,)):
                self._spans[at] = spans


def lexed_lines(lexer: "Lexer", texts: Sequence[str]) -> list[Spans]:
    """Return the coloured pieces of consecutive lines."""
    lines: list[list[tuple[str, SyntaxTone]]] = [[]]
    for token, text in lexer.get_tokens("\n".join(texts)):
        tone = _tone_of(token)
        first, *rest = text.split("\n")
        if first and lines[-1] and lines[-1][-1][1] == tone:
            lines[-1][-1] = (lines[-1][-1][0] + first, tone)
        elif first:
            lines[-1].append((first, tone))
        lines.extend([(part, tone)] if part else [] for part in rest)
    return [tuple(line) for line in lines]


def _all_plain(text: str) -> Spans:
    return ((text, _PLAIN),) if text else ()


_known_tones: dict[Token, SyntaxTone] = {}


def _tone_of(token: Token) -> SyntaxTone:
    if token not in _known_tones:
        tones: list[SyntaxTone] = [tone for start, tone in _TONES if token[: len(start)] == start]
        _known_tones[token] = tones[0] if tones else _PLAIN
    return _known_tones[token]


def load_lexers() -> None:
    """Import what finds a lexer, so that the first coloured line need not wait. Blocks."""
    _lexer_for("a.py")


def _lexer_for(path: str) -> "Lexer | None":
    # Imported here, because finding the lexers takes about 20 ms, which the room's start can do
    # without.
    from pygments.lexers import find_lexer_class_for_filename

    lexer = find_lexer_class_for_filename(path)
    return lexer(stripnl=False, ensurenl=False) if lexer else None
