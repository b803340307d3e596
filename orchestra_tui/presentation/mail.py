"""A chamber's mail in one cell: what is unread first, else how the last message fared."""

from collections.abc import Sequence

from orchestra_core.models import Interrupt
from orchestra_tui.presentation.ages import age, due, soonest, span
from orchestra_tui.presentation.cells import Cell, Line
from orchestra_tui.presentation.fitting import plain, text_lines
from orchestra_tui.presentation.symbols import MAIL

_UNREAD = ("sent", "posted")
ENVELOPE = "✉"


def unread(interrupts: Sequence[Interrupt]) -> list[Interrupt]:
    """Return those no worker has been shown yet."""
    return [interrupt for interrupt in interrupts if interrupt.state in _UNREAD]


def mail_cell(interrupts: Sequence[Interrupt], now: int) -> tuple[Cell, int]:
    """Return the cell of a chamber's mail and the moment its age changes."""
    waiting = unread(interrupts)
    if waiting:
        oldest = min(one.sent_at for one in waiting)
        text = f"{ENVELOPE} {len(waiting)} unread {age(oldest, now)}"
        return Cell(text, "warn"), due(oldest, now)
    if not interrupts:
        return Cell("", "muted"), 0
    last = interrupts[-1]
    since = last.acted_at or last.delivered_at or last.ended_at
    word = MAIL[last.state]
    tone = word.tone if last.state == "delivered" else "muted"
    return Cell(f"{word.text} {age(since, now)}".rstrip(), tone), due(since, now)


def unread_cell(interrupts: Sequence[Interrupt]) -> Cell:
    """Return how many messages are unread, in two cells; nothing when there is none."""
    count = len(unread(interrupts))
    most = 9
    return Cell("" if not count else str(count) if count <= most else f"{most}+", "warn")


def mail_lines(interrupts: Sequence[Interrupt], now: int) -> tuple[list[Line], int]:
    """Return a mailbox whole, the newest message first, and the moment its ages change."""
    lines: list[Line] = []
    for one in reversed(interrupts):
        if lines:
            lines.append(())
        lines += [_heading(one, now), _journey(one)]
        lines.extend((Cell("  " + line[0].text),) for line in text_lines(one.message))
    return lines, soonest(*(due(one.sent_at, now) for one in interrupts))


def _heading(one: Interrupt, now: int) -> Line:
    state = MAIL[one.state]
    author = plain(one.actor) or "someone"
    return (
        Cell(state.text, state.tone),
        Cell(f"  {one.requires}", "strong"),
        Cell(f"  from {author}, {age(one.sent_at, now)} ago", "muted"),
    )


def _journey(one: Interrupt) -> Line:
    steps = (
        ("posted", one.posted_at),
        ("delivered", one.delivered_at),
        ("acted", one.acted_at),
        (one.state, one.ended_at),
    )
    words = [f"{name} after {span(at - one.sent_at)}" for name, at in steps if at]
    return (Cell("  " + (", ".join(words) or "not in the chamber yet"), "muted"),)
