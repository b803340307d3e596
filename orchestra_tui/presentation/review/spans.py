"""Spans of one line, each a text with its ink: wrapping them, and marking matches."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from rich.cells import cell_len

from orchestra_tui.presentation.rows.cells import Tone
from orchestra_tui.presentation.text_fit import fitting_start

Ink = Tone | Literal["keyword", "text", "comment", "number", "name", "match"]


def with_matches(spans: Sequence[tuple[str, Ink]], query: str) -> list[tuple[str, Ink]]:
    """Return the spans with each occurrence of `query` in the ink for matches."""
    whole = "".join(text for text, _ in spans)
    inside: set[int] = set()
    for match in search_pattern(query).finditer(whole):
        inside.update(range(*match.span()))
    if not inside:
        return list(spans)
    marked: list[tuple[str, Ink]] = []
    at = 0
    for text, ink in spans:
        for char in text:
            ink_here: Ink = "match" if at in inside else ink
            if marked and marked[-1][1] == ink_here:
                marked[-1] = (marked[-1][0] + char, ink_here)
            else:
                marked.append((char, ink_here))
            at += 1
    return marked


def search_pattern(query: str) -> re.Pattern[str]:
    """Return the pattern for a query: case-insensitive unless it has a capital letter."""
    return re.compile(re.escape(query), 0 if query != query.lower() else re.IGNORECASE)


def wrapped(spans: Sequence[tuple[str, Ink]], width: int) -> list[list[tuple[str, Ink]]]:
    """Return the spans in rows of at most `width` cells."""
    rows: list[list[tuple[str, Ink]]] = [[]]
    space = width
    for text, ink in spans:
        for chunk in _chunks(text, space, width):
            size = cell_len(chunk)
            if size > space:
                rows.append([])
                space = width
            rows[-1].append((chunk, ink))
            space -= size
    return rows


def _chunks(text: str, space: int, width: int) -> Iterator[str]:
    """Yield a text in pieces, the first of at most `space` cells, the others of `width`."""
    while cell_len(text) > space:
        head = fitting_start(text, space)
        if head:
            yield head
        text = text[len(head) :]
        space = width
    if text:
        yield text
