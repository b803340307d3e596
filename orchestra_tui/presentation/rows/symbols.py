"""One symbol and one tone for every state: shapes differ, so colour only repeats them."""

from collections.abc import Sequence

from orchestra_core.models import ChamberState, InterruptState, Severity, TaskState
from orchestra_core.wording.states import (
    CHAMBER_SYMBOLS,
    CONFLICT_SYMBOL,
    GROUP_SYMBOLS,
    HEALTH_SYMBOL,
    PRESENCE_WORDS,
    SUSPENDED_WORDS,
    TASK_SYMBOLS,
    UNPROVEN_WORDS,
    worker_symbol,
)
from orchestra_core.worker_state import Group, WorkerState
from orchestra_core.workers.presence import PresenceState
from orchestra_tui.presentation.rows.cells import Cell, Tone

_TASK_TONES: dict[TaskState, Tone] = {
    "open": "accent",
    "completing": "warn",
    "completed": "ok",
    "closed": "muted",
}
_CHAMBER_TONES: dict[ChamberState, Tone] = {
    "creating": "muted",
    "live": "ok",
    "closing": "warn",
    "closed": "muted",
    "failed": "critical",
}
_PRESENCE_TONES: dict[PresenceState, Tone] = {
    "unknown": "muted",
    "starting": "muted",
    "working": "plain",
    "waiting": "warn",
    "blocked": "warn",
    "idle": "muted",
    "aborted": "muted",
    "finished": "muted",
    "failed": "critical",
    "killed": "muted",
    "gone": "warn",
}
GROUP_TONES: dict[Group, Tone] = {
    "needs-you": "critical",
    "stuck": "warn",
    "working": "plain",
    "ready": "ok",
    "held": "warn",
    "idle": "muted",
    "landed": "muted",
    "dropped": "muted",
}

TASK = {state: Cell(TASK_SYMBOLS[state], tone) for state, tone in _TASK_TONES.items()}
CHAMBER = {state: Cell(CHAMBER_SYMBOLS[state], tone) for state, tone in _CHAMBER_TONES.items()}
PRESENCE = {state: Cell(PRESENCE_WORDS[state], tone) for state, tone in _PRESENCE_TONES.items()}
SEVERITY: dict[Severity, Cell] = {
    "info": Cell("·", "muted"),
    "important": Cell("△", "warn"),
    "critical": Cell("▲", "critical"),
}
MAIL: dict[InterruptState, Cell] = {
    "sent": Cell("sent", "warn"),
    "posted": Cell("unread", "warn"),
    "delivered": Cell("delivered", "accent"),
    "acted": Cell("acted", "ok"),
    "cancelled": Cell("cancelled", "muted"),
    "expired": Cell("undelivered", "muted"),
}
HELD = Cell(GROUP_SYMBOLS["held"], GROUP_TONES["held"])  # its worker has ended and it cannot land
CONFLICT = Cell(CONFLICT_SYMBOL, "warn")
SUSPENDED = Cell(SUSPENDED_WORDS, "warn")
UNPROVEN = Cell(UNPROVEN_WORDS, "warn")
REQUEST = Cell(GROUP_SYMBOLS["needs-you"], "critical")
HEALTH = Cell(HEALTH_SYMBOL, "warn")


def worker_tone(state: WorkerState) -> Tone:
    """Return the tone for a worker's state."""
    return "critical" if state.cause == "failed" else GROUP_TONES[state.group]


def worker_cell(state: WorkerState) -> Cell:
    """Return the symbol for a worker's state."""
    return Cell(worker_symbol(state), "ok" if state.group == "working" else worker_tone(state))


def chamber_cell(state: WorkerState, holds: Sequence[str]) -> Cell:
    """Return a chamber's symbol: its worker's, or the one for held work."""
    return HELD if holds else worker_cell(state)
