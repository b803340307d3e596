"""Text made to measure, in terminal cells: wide characters count two, combining marks none."""

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from orchestra_core.text import clean, one_line
from orchestra_tui.presentation.cells import Align, Cell, Column, Line

ELLIPSIS = "…"
GAP = 1


def plain(text: str) -> str:
    """Return `text` as one line that holds nothing a terminal would act upon."""
    return text if text.isprintable() else one_line(text, limit=len(text) + 1)


@lru_cache(maxsize=8192)
def fit(text: str, width: int, align: Align = "left") -> str:
    """Return `text` in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    text = plain(text)
    size = len(text) if text.isascii() else cell_len(text)
    if size > width:
        cut = set_cell_size(text, width - 1).rstrip()
        text = cut + ELLIPSIS
        size = cell_len(text)
    padding = " " * (width - size)
    return padding + text if align == "right" else text + padding


def cut_line(line: Line, width: int) -> Line:
    """Return the line's cells up to `width` cells, the last one cut with an ellipsis if need be."""
    kept: list[Cell] = []
    left = width
    for cell in line:
        text = plain(cell.text)
        size = cell_len(text)
        if size > left:
            if left > 0:
                kept.append(Cell(fit(text, left), cell.tone))
            return tuple(kept)
        kept.append(Cell(text, cell.tone))
        left -= size
    return tuple(kept)


def line_width(line: Line) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(plain(cell.text)) for cell in line)


def arrange(columns: Sequence[Column], available: int) -> tuple[int, ...]:
    """Return each column's width in `available` cells, gaps not counted; 0 means left out."""
    kept = list(range(len(columns)))
    while sum(columns[at].width for at in kept) + GAP * (len(kept) - 1) > available:
        droppable = [at for at in kept if columns[at].rank > 0]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda at: columns[at].rank))
    widths = [columns[at].width if at in kept else 0 for at in range(len(columns))]
    spare = available - sum(widths) - GAP * (len(kept) - 1)
    flexible = [at for at in kept if columns[at].flex > 0]
    shares = sum(columns[at].flex for at in flexible)
    for at in flexible:
        share = spare * columns[at].flex // shares
        widths[at] = max(1, widths[at] + share)
        spare -= share
        shares -= columns[at].flex
    return tuple(widths)


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken between words where possible."""
    lines: list[str] = []
    for paragraph in clean(text).expandtabs(4).split("\n"):
        lines.extend(_wrap_paragraph(paragraph.rstrip(), max(2, width)))
    return lines


def _wrap_paragraph(text: str, width: int) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    if cell_len(indent) > width // 2:
        indent = ""
    lines: list[str] = []
    current = indent
    fresh = True
    for word in text.split():
        joined = current + word if fresh else f"{current} {word}"
        if cell_len(joined) <= width:
            current, fresh = joined, False
            continue
        if not fresh:
            lines.append(current)
        current = indent + word
        while cell_len(current) > width:
            head, current = _split(current, width)
            lines.append(head)
            current = indent + current
        fresh = False
    lines.append(current)
    return lines


def _split(text: str, width: int) -> tuple[str, str]:
    size = 0
    for at, character in enumerate(text):
        size += cell_len(character)
        if size > width:
            return text[:at], text[at:]
    return text, ""


def wrap_line(line: Line, width: int) -> list[Line]:
    """Return a line with tones as lines of at most `width` cells, its indent kept."""
    return [cut_line(line, width)]
