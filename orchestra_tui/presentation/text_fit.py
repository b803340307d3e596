"""Fits text into terminal cells: wide characters count two, combining marks none."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from orchestra_core.text import clean
from orchestra_tui.presentation.rows.cells import Align, Cell, Column, Line

ELLIPSIS = "…"
_LEAST_BADGE = 5  # cells; a shorter rest says nothing
# Joiners, variation selectors, skin tones, soft hyphens and the byte order mark: terminals disagree
# on the width of what they join or modify, and a column that is off by one breaks all borders.
_UNSTEADY = re.compile("[\u00ad\u200b\u200d\u2060\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")
_ENDS = re.compile("[\t\n\u2028\u2029]")
_PIECES = re.compile(r"\s+|\S+")


@lru_cache(maxsize=8192)
def inert(text: str) -> str:
    """Return `text` on one line, without characters that terminals obey or measure differently."""
    if text.isascii() and text.isprintable():
        return text
    return _ENDS.sub(" ", _UNSTEADY.sub("", clean(text)))


def plain(text: str) -> str:
    """Return `text` as one line with its white space folded: an agent's words in a cell."""
    return " ".join(inert(text).split())


@lru_cache(maxsize=8192)
def fit(text: str, width: int, align: Align = "left") -> str:
    """Return `text` in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    text = inert(text)
    size = cell_len(text)
    if size > width:
        text = set_cell_size(text, width - 1).rstrip() + ELLIPSIS
        size = cell_len(text)
    padding = " " * (width - size)
    return padding + text if align == "right" else text + padding


def fit_cell(cell: Cell, width: int, align: Align = "left") -> list[Cell]:
    """Return a cell in exactly `width` cells, with its badges at the right end.

    Badges leave half of the width to a text that is too long; a badge without space is cut or left
    out.
    """
    badges: list[Cell] = []
    space = width - min(cell_len(inert(cell.text)), (width + 1) // 2)
    for badge in cell.badges:
        size = min(cell_len(inert(badge.text)) + 1, space)
        if size < _LEAST_BADGE:
            break
        badges.append(Cell(fit(f" {badge.text}", size), badge.tone))
        space -= size
    used = sum(cell_len(badge.text) for badge in badges)
    return [Cell(fit(cell.text, width - used, align), cell.tone), *badges]


def split_cell(cell: Cell, width: int) -> tuple[Cell, Cell]:
    """Return as much of a cell's text as fits in `width` cells, and the rest for another line.

    If the text does not fit, its badges come after the rest of it, on the other line.
    """
    text = inert(cell.text)
    used = sum(cell_len(inert(badge.text)) + 1 for badge in cell.badges)
    if not text or cell_len(text) + used <= width:
        return cell, Cell("", cell.tone)
    head = _first_line(text, width)
    return cell._replace(text=head, badges=()), cell._replace(text=text[len(head) :].strip())


def cut_line(line: Line, width: int) -> Line:
    """Return a line's cells in at most `width` cells, the last one cut with an ellipsis."""
    fitting: list[Cell] = []
    space = width
    for cell in line:
        text = inert(cell.text)
        size = cell_len(text)
        if size > space:
            if space > 0:
                fitting.append(Cell(fit(text, space), cell.tone))
            return tuple(fitting)
        fitting.append(Cell(text, cell.tone))
        space -= size
    return tuple(fitting)


def line_width(line: Line) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(inert(cell.text)) for cell in line)


def arrange(columns: Sequence[Column], available: int) -> tuple[int, ...]:
    """Return each column's width in `available` cells, without the gaps between them.

    A column that such a table does not show has width 0. If the others are too wide, the widest
    shrinks, down to one cell.
    """
    shown = [at for at, column in enumerate(columns) if _shows(column, available)]
    widths = [column.width if at in shown else 0 for at, column in enumerate(columns)]
    spare = available - sum(widths) - sum(columns[at].gap for at in shown[:-1])
    while spare < 0 and max(widths, default=0) > 1:
        widths[widths.index(max(widths))] -= 1
        spare += 1
    return _spread(columns, shown, widths, spare)


def _shows(column: Column, available: int) -> bool:
    return column.since <= available and not 0 < column.until <= available


def _spread(
    columns: Sequence[Column], shown: Sequence[int], widths: list[int], spare: int
) -> tuple[int, ...]:
    shares = sum(columns[at].flex for at in shown)
    for at in shown:
        if columns[at].flex and spare > 0:
            share = spare * columns[at].flex // shares
            widths[at] += share
            spare -= share
            shares -= columns[at].flex
    return tuple(widths)


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken between words where possible."""
    return [
        "".join(cell.text for cell in part)
        for line in text_lines(text)
        for part in wrap_line(line, width)
    ]


def text_lines(text: str) -> list[Line]:
    """Return a text of several lines as lines with one cell each; none for an empty text."""
    return [(Cell(inert(line)),) for line in clean(text).expandtabs(4).split("\n")] if text else []


def wrap_line(line: Line, width: int) -> list[Line]:
    """Return a line with tones as lines of at most `width` cells.

    Continuation lines are aligned with the start of the text: after the indent and, if the first
    cell is a label that ends with a space, after the label.
    """
    return [*_wrapped(line, max(2, width))]


def _first_line(text: str, width: int) -> str:
    """Return the first line of a wrapped text, without wrapping the others."""
    return "".join(cell.text for cell in next(_wrapped((Cell(text),), max(2, width))))


def _wrapped(line: Line, width: int) -> Iterator[Line]:
    if line_width(line) <= width:
        yield line
        return
    hang = _hang(line)
    hang = hang if hang <= width // 2 else 0
    current: list[Cell] = []
    used = 0
    for piece in _pieces(line, width - hang):
        size = cell_len(piece.text)
        if used + size > width:
            yield _joined(current)
            current, used = ([Cell(" " * hang)] if hang else []), hang
            if piece.text.isspace():
                continue
        current.append(piece)
        used += size
    yield _joined(current)


def _hang(line: Line) -> int:
    first = inert(line[0].text)
    if len(line) > 1 and first.endswith(" "):
        return cell_len(first)
    return len(first) - len(first.lstrip())


def _pieces(line: Line, most: int) -> Iterator[Cell]:
    for cell in line:
        for piece in _PIECES.findall(inert(cell.text)):
            yield from (Cell(part, cell.tone) for part in _broken(piece, most))


def _broken(word: str, most: int) -> Iterator[str]:
    while cell_len(word) > most:
        head = fitting_start(word, most)
        yield head
        word = word[len(head) :]
    if word:
        yield word


def fitting_start(text: str, width: int) -> str:
    """Return as much of the beginning of a text as fits in `width` cells."""
    if text.isascii():
        return text[:width]
    start = set_cell_size(text, width)
    # An odd cell may hold a blank instead of half a wide character.
    return start if text.startswith(start) else start[:-1]


def _joined(pieces: Sequence[Cell]) -> Line:
    cells: list[Cell] = []
    for piece in pieces:
        if cells and cells[-1].tone == piece.tone:
            cells[-1] = Cell(cells[-1].text + piece.text, piece.tone)
        else:
            cells.append(piece)
    return tuple(cells)
