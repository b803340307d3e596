"""The transcript of a started worker: what it was told and said, each tool with its outcome."""

from collections.abc import Sequence

from orchestra_core.wording.ages import time_of_day
from orchestra_core.wording.started_workers import amount_in_short
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.text_fit import plain, text_lines

_SYMBOLS: dict[str, tuple[str, Tone]] = {
    "done": ("✓", "ok"),
    "failed": ("✗", "warn"),
    "aborted": ("‖", "warn"),
}
_TEXT_LINES = 12  # of what it said; the file has all
_OUTCOME_LINES = 3


def transcript_lines(entries: Sequence[TranscriptEntry]) -> list[Line]:
    """Return a transcript, the newest entry first (`entries` oldest first)."""
    if not entries:
        return [(Cell(empty_panes.TRANSCRIPT, "muted"),)]
    outcomes = {entry.call: entry for entry in entries if entry.kind == "outcome"}
    calls = {entry.call for entry in entries if entry.kind == "tool"}
    lines: list[Line] = []
    for entry in reversed(entries):
        if entry.kind == "outcome" and entry.call in calls:
            continue  # it stands with its call
        lines += _lines_of(entry, outcomes.get(entry.call))
    return lines


def _lines_of(entry: TranscriptEntry, outcome: TranscriptEntry | None) -> list[Line]:
    match entry.kind:
        case "tool" | "asked":
            return _call_lines(entry, outcome if entry.kind == "tool" else None)
        case "outcome":
            return [_first(entry, *_outcome_cells(entry)), *_below(entry.text, _OUTCOME_LINES)]
        case "turn":
            word = {"done": "turn ended", "aborted": "turn aborted"}.get(entry.outcome, "failed")
            tone: Tone = "critical" if entry.outcome == "failed" else "faint"
            used = amount_in_short(entry.used)
            return [_first(entry, Cell(f"── {word}{f', {used}' if used else ''}", tone))]
        case "told":
            head = Cell(f"▸ {plain(entry.by) or 'somebody'} to the worker", "accent")
            return [_first(entry, head), *_below(entry.text, _TEXT_LINES, "accent")]
        case "said" | "noted":
            tone = "muted" if entry.kind == "noted" else "plain"
            first, *rest = text_lines(entry.text) or [(Cell(""),)]
            said = _first(entry, *(Cell(cell.text, tone) for cell in first))
            return [said, *(_indented(line) for line in rest[: _TEXT_LINES - 1])]


def _call_lines(entry: TranscriptEntry, outcome: TranscriptEntry | None) -> list[Line]:
    mark = "? asks for" if entry.kind == "asked" else "⚙"
    first, *rest = text_lines(entry.text) or [(Cell(""),)]
    cells = [Cell(f"{mark} {plain(entry.tool)} ", "strong"), *first]
    if outcome is None:
        return [_first(entry, *cells), *(_indented(line) for line in rest[:_OUTCOME_LINES])]
    lines = [_first(entry, *cells, Cell("  "), *_outcome_cells(outcome))]
    lines += [_indented(line) for line in rest[:_OUTCOME_LINES]]
    return [*lines, *_below(outcome.text, _OUTCOME_LINES)]


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
