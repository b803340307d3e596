"""A landing in progress, and one that has ended, as text."""

from collections.abc import Sequence

from orchestra_core.replies.completion import CompletedTask
from orchestra_core.wording.landing import outcome, rest_lines
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.text_fit import inert, plain

_SHOWN_AFTER = 1  # seconds; a quicker landing needs no clock


def progress(names: Sequence[str], seconds: int, waits_for: str) -> Cell:
    """Return `Landing auth, api… 4 s, waits for the hook pre-commit`."""
    what = f"Landing {', '.join(map(plain, names))}…" if names else "Completing the task…"
    took = f" {seconds} s" if seconds >= _SHOWN_AFTER else ""
    why = f", waits for {plain(waits_for)}" if waits_for else ""
    return Cell(f"{what}{took}{why}", "accent")


def outcome_cell(done: CompletedTask) -> Cell:
    """Return in one line what has happened."""
    return Cell(plain(outcome(done)), "ok" if done.merged else "warn")


def outcome_lines(done: CompletedTask) -> list[Line]:
    """Return what stayed, what is saved where, and the notes."""
    lines: list[Line] = []
    for text in rest_lines(done):
        tone: Tone = "plain" if text.startswith(" ") else "strong"
        lines.append((Cell(inert(text), tone),))
    return lines
