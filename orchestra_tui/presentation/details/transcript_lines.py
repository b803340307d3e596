"""The transcript of a started worker: what it was told and said, each tool with its outcome."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from orchestra_core.wording.ages import time_of_day
from orchestra_core.wording.started_workers import amount_in_short
from orchestra_core.wording.states import REQUEST_SYMBOL
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.text_fit import plain, text_lines

_SYMBOLS: dict[str, tuple[str, Tone]] = {
    "done": ("✓", "ok"),
    "failed": ("✗", "warn"),
    "aborted": ("‖", "warn"),
}
_TEXT_LINES = 12  # lines of what it said; the file has everything
_OUTCOME_LINES = 3
_ALL_LINES = 400  # lines of an entry that was searched for


class ShownLines(NamedTuple):
    """How many lines of a text and of an outcome are shown."""

    text: int
    outcome: int


def transcript_lines(entries: Sequence[TranscriptEntry], filter_text: str = "") -> list[Line]:
    """Return a transcript, the newest entry first (`entries` oldest first).

    With a filter, returns the entries that contain all its words, in full, below their count.
    """
    if not entries:
        return [(Cell(empty_panes.TRANSCRIPT, "muted"),)]
    outcomes = {entry.call: entry for entry in entries if entry.kind == "outcome"}
    calls = {entry.call for entry in entries if entry.kind == "tool"}
    shown = [  # an outcome is shown with its call
        (entry, outcomes.get(entry.call) if entry.kind == "tool" else None)
        for entry in reversed(entries)
        if not (entry.kind == "outcome" and entry.call in calls)
    ]
    if not filter_text:
        limits = ShownLines(_TEXT_LINES, _OUTCOME_LINES)
        return [line for entry in shown for line in _lines_of(*entry, limits)]
    words = filter_text.casefold().split()
    matching = [entry for entry in shown if _holds(words, *entry)]
    if not matching:
        return [(Cell(empty_panes.no_match(filter_text), "muted"),)]
    count = f"/{plain(filter_text)}: {len(matching)} of {len(shown)}"
    limits = ShownLines(_ALL_LINES, _ALL_LINES)
    lines: list[Line] = [(Cell(count, "faint"),)]
    return lines + [line for entry in matching for line in _lines_of(*entry, limits)]


def _holds(words: Iterable[str], entry: TranscriptEntry, outcome: TranscriptEntry | None) -> bool:
    parts = [entry.by, entry.tool, entry.text, entry.outcome]
    if outcome is not None:
        parts += [outcome.text, outcome.outcome]
    text = "\n".join(parts).casefold()
    return all(word in text for word in words)


def _lines_of(
    entry: TranscriptEntry, outcome: TranscriptEntry | None, limits: ShownLines
) -> list[Line]:
    match entry.kind:
        case "tool" | "asked":
            return _call_lines(entry, outcome, limits)
        case "outcome":
            return [_first(entry, *_outcome_cells(entry)), *_below(entry.text, limits.outcome)]
        case "turn":
            word = {"done": "turn ended", "aborted": "turn aborted"}.get(entry.outcome, "failed")
            tone: Tone = "critical" if entry.outcome == "failed" else "faint"
            used = amount_in_short(entry.used)
            return [_first(entry, Cell(f"── {word}{f', {used}' if used else ''}", tone))]
        case "told":
            head = Cell(f"▸ {plain(entry.by) or 'somebody'} to the worker", "accent")
            return [_first(entry, head), *_below(entry.text, limits.text, "accent")]
        case "said" | "noted":
            tone = "muted" if entry.kind == "noted" else "plain"
            first, *rest = text_lines(entry.text) or [(Cell(""),)]
            said = _first(entry, *(Cell(cell.text, tone) for cell in first))
            return [said, *(_indented(line) for line in rest[: limits.text - 1])]


def _call_lines(
    entry: TranscriptEntry, outcome: TranscriptEntry | None, limits: ShownLines
) -> list[Line]:
    mark = f"{REQUEST_SYMBOL} asks for" if entry.kind == "asked" else "⚙"
    first, *rest = text_lines(entry.text) or [(Cell(""),)]
    cells = [Cell(f"{mark} {plain(entry.tool)} ", "strong"), *first]
    if outcome is None:
        return [_first(entry, *cells), *(_indented(line) for line in rest[: limits.outcome])]
    lines = [_first(entry, *cells, Cell("  "), *_outcome_cells(outcome))]
    lines += [_indented(line) for line in rest[: limits.outcome]]
    return [*lines, *_below(outcome.text, limits.outcome)]


def _outcome_cells(outcome: TranscriptEntry) -> list[Cell]:
    symbol, tone = _SYMBOLS.get(outcome.outcome, ("·", "muted"))
    return [Cell(f"{symbol} {outcome.outcome}", tone)]


def _first(entry: TranscriptEntry, *cells: Cell) -> Line:
    by = f" {plain(entry.by)}:" if entry.by and entry.kind != "told" else ""
    return (Cell(f"{time_of_day(entry.at)}{by} ", "muted"), *cells)


def _below(text: str, most: int, tone: Tone = "muted") -> list[Line]:
    lines = text_lines(text)
    shown = [(Cell("   "), *(Cell(cell.text, tone) for cell in line)) for line in lines[:most]]
    more = len(lines) - len(shown)
    return [*shown, (Cell(f"   … {more} lines more", "faint"),)] if more > 0 else shown


def _indented(line: Line) -> Line:
    return (Cell("   "), *line)
