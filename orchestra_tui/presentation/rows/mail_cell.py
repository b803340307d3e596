"""A chamber's mail in one cell: the unread messages, or else the last message's state."""

from collections.abc import Sequence

from orchestra_core.models import Interrupt
from orchestra_core.wording.ages import age, due, earliest, precise_duration, time_of_day
from orchestra_tui.presentation.indexed_state import IndexedState, is_overdue
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.symbols import MAIL
from orchestra_tui.presentation.text_fit import plain, text_lines

ENVELOPE = "✉"


def unread(interrupts: Sequence[Interrupt]) -> list[Interrupt]:
    """Return the unread interrupts."""
    return [interrupt for interrupt in interrupts if interrupt.is_unread]


def mail_cell(interrupts: Sequence[Interrupt], now: int, limit: int = 0) -> tuple[Cell, int]:
    """Return the cell for a chamber's mail, and when it changes by itself.

    A message unread for `limit` ms is urgent; 0 means never.
    """
    waiting = unread(interrupts)
    if waiting:
        oldest = min(waiting, key=lambda interrupt: interrupt.sent_at)
        text = f"{len(waiting)} unread by its worker for {age(oldest.sent_at, now)}"
        if is_overdue(oldest, now, limit):
            return Cell(f"{ENVELOPE} {text}", "critical"), due(oldest.sent_at, now)
        late = oldest.sent_at + limit if limit else 0
        return Cell(f"{ENVELOPE} {text}", "warn"), earliest(due(oldest.sent_at, now), late)
    if not interrupts:
        return Cell("", "muted"), 0
    last = interrupts[-1]
    since = last.acted_at or last.delivered_at or last.ended_at
    word = MAIL[last.state]
    tone = word.tone if last.state in ("delivered", "expired") else "muted"
    return Cell(f"{word.text} {age(since, now)}".rstrip(), tone), due(since, now)


def unread_cell(interrupts: Sequence[Interrupt], now: int, state: IndexedState) -> Cell:
    """Return how many messages a worker has not read, critical ones first: `2 messages`."""
    waiting = unread(interrupts)
    if not waiting:
        return Cell("", "muted")
    critical = sum(interrupt.is_critical(state.discoveries) for interrupt in waiting)
    if critical:
        return Cell(f"{critical} critical", "critical")
    late = any(is_overdue(interrupt, now, state.unread_limit) for interrupt in waiting)
    word = "message" if len(waiting) == 1 else "messages"
    return Cell(f"{len(waiting)} {word}", "critical" if late else "warn")


def unread_count(interrupts: Sequence[Interrupt], now: int, limit: int = 0) -> Cell:
    """Return how many messages a worker has not read, in seven cells: `2 by it`."""
    waiting = unread(interrupts)
    count, most = len(waiting), 9
    late = any(is_overdue(interrupt, now, limit) for interrupt in waiting)
    text = f"{count if count <= most else f'{most}+'} by it" if count else ""
    return Cell(text, "critical" if late else "warn")


def next_unread_due(interrupts: Sequence[Interrupt], now: int, limit: int) -> int:
    """Return when the next unread message becomes overdue; 0 for never."""
    moments = (interrupt.sent_at + limit for interrupt in unread(interrupts) if limit)
    return earliest(*(moment for moment in moments if moment > now))


def mail_lines(interrupts: Sequence[Interrupt], now: int) -> tuple[list[Line], int]:
    """Return all messages of a mailbox, newest first, and when their ages change."""
    lines: list[Line] = []
    for interrupt in reversed(interrupts):
        if lines:
            lines.append(())
        lines += [_heading(interrupt, now), _journey(interrupt)]
        if interrupt.note:
            lines.append((Cell(f"  {plain(interrupt.note)}", "warn"),))
        lines.extend((Cell("  " + line[0].text),) for line in text_lines(interrupt.message))
    return lines, earliest(*(due(interrupt.sent_at, now) for interrupt in interrupts))


def steps_after_sent(interrupt: Interrupt) -> list[tuple[str, bool]]:
    """Return each step of a message with its time, and whether it is done: `posted 40ms`."""
    steps = (
        ("posted", interrupt.posted_at),
        ("delivered", interrupt.delivered_at),
        ("acted", interrupt.acted_at),
    )
    return [
        (f"{name} {precise_duration(at - interrupt.sent_at)}" if at else name, bool(at))
        for name, at in steps
    ]


def _heading(interrupt: Interrupt, now: int) -> Line:
    state = MAIL[interrupt.state]
    author = plain(interrupt.actor) or "someone"
    return (
        Cell(state.text, state.tone),
        Cell(f"  {interrupt.requires}", "strong"),
        Cell(
            f"  from {author}, {age(interrupt.sent_at, now)} ago, "
            f"at {time_of_day(interrupt.sent_at)}",
            "muted",
        ),
        Cell(f"  {plain(interrupt.id)}", "faint"),
    )


def _journey(interrupt: Interrupt) -> Line:
    steps = (
        ("posted", interrupt.posted_at),
        ("delivered", interrupt.delivered_at),
        ("acted", interrupt.acted_at),
        (interrupt.state, interrupt.ended_at),
    )
    words = [f"{name} after {precise_duration(at - interrupt.sent_at)}" for name, at in steps if at]
    if interrupt.is_unread:
        words.append("u cancels it")
    if not interrupt.posted_at and interrupt.state == "sent":
        words.insert(0, "not posted yet")
    return (Cell("  " + ", ".join(words), "muted"),)
