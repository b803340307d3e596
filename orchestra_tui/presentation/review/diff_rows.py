"""How a row of a diff looks: number, mark and coloured text, on the background of its kind."""

from collections.abc import Callable, Collection, Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len

from orchestra_tui.presentation.review.diff_layout import DiffLayout, RowPlace
from orchestra_tui.presentation.review.diff_lines import DiffLine, LineKind
from orchestra_tui.presentation.review.diff_runs import NO_END, NOTHING
from orchestra_tui.presentation.review.spans import Ink, with_matches, wrapped
from orchestra_tui.presentation.rows.cells import Tone
from orchestra_tui.presentation.text_fit import cut_line, fit

Ground = Literal["plain", "added", "removed", "heading", "note"]
SpansOf = Callable[[int], Sequence[tuple[str, Ink]]]

COMMENTED = "●"
_GROUNDS: dict[LineKind, Ground] = {" ": "plain", "+": "added", "-": "removed"}
_MARKS: dict[LineKind, Tone] = {" ": "muted", "+": "ok", "-": "critical"}


class Piece(NamedTuple):
    """A piece of one row."""

    text: str
    ink: Ink = "plain"
    ground: Ground = "plain"


def row_pieces(
    layout: DiffLayout,
    place: RowPlace,
    spans_of: SpansOf,
    width: int,
    *,
    query: str = "",
    commented: Collection[int] = (),
) -> list[Piece]:
    """Return a row in exactly `width` cells."""
    item = layout.items[place.item]
    if item.heading:
        return [Piece(fit(f" {item.heading}", width), "accent", "heading")]
    if item.note:
        line = cut_line(item.note[place.part], max(1, width - layout.digits - 4))
        pieces = [Piece(" " * (layout.digits + 2)), Piece("│ ", "accent", "note")]
        pieces += [Piece(cell.text, cell.tone, "note") for cell in line]
        return _filled(pieces, width, "note")
    side = _Side(layout, spans_of, query, commented)
    if not layout.split:
        return _filled(side.pieces(item.right, place.part), width, side.ground(item.right))
    half = (width - 1) // 2
    left = _filled(side.pieces(item.left, place.part, old=True), half, side.ground(item.left))
    right = side.pieces(item.right, place.part)
    rest = width - half - 1
    return [*left, Piece("│", "faint"), *_filled(right, rest, side.ground(item.right))]


class _Side(NamedTuple):
    """What is drawn of one line: the line if unified, one of its two sides if side by side."""

    layout: DiffLayout
    spans_of: SpansOf
    query: str
    commented: Collection[int]

    def ground(self, at: int) -> Ground:
        return "plain" if at == NOTHING else _GROUNDS[self.layout.lines[at].kind]

    def pieces(self, at: int, part: int, *, old: bool = False) -> list[Piece]:
        if at == NOTHING:
            return []
        line, ground, digits = self.layout.lines[at], self.ground(at), self.layout.digits
        if part:
            head = [Piece(" " * (digits + 3), "plain", ground)]
        else:
            mark = COMMENTED if at in self.commented else " "
            number = line.old if old or line.kind == "-" else line.new
            head = [
                Piece(mark, "accent", ground),
                Piece(f"{number:>{digits}} ", "muted", ground),
                Piece(line.kind, _MARKS[line.kind], ground),
            ]
        texts = wrapped(self._spans(at, line), self.layout.text_width)
        shown = texts[part] if part < len(texts) else ()
        return [*head, *(Piece(text, ink, ground) for text, ink in shown)]

    def _spans(self, at: int, line: DiffLine) -> Sequence[tuple[str, Ink]]:
        spans: Sequence[tuple[str, Ink]] = self.spans_of(at)
        if self.query:
            spans = with_matches(spans, self.query)
        return spans if line.ends else (*spans, (NO_END, "muted"))


def _filled(pieces: Sequence[Piece], width: int, ground: Ground) -> list[Piece]:
    used = sum(cell_len(piece.text) for piece in pieces)
    return [*pieces, Piece(" " * max(0, width - used), "plain", ground)]
