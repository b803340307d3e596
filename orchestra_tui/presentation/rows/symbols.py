"""One symbol and one tone for every state: shapes differ, so colour only repeats them."""

from orchestra_core.models import ChamberState, InterruptState, Severity, TaskState, WorkerState
from orchestra_core.wording.states import (
    CHAMBER_SYMBOLS,
    CONFLICT_SYMBOL,
    HEALTH_SYMBOL,
    REQUEST_SYMBOL,
    SUSPENDED_WORDS,
    TASK_SYMBOLS,
    UNPROVEN_WORDS,
    WORKER_WORDS,
)
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
_WORKER_TONES: dict[WorkerState, Tone] = {
    "unknown": "muted",
    "starting": "muted",
    "working": "plain",
    "waiting": "warn",
    "idle": "muted",
    "finished": "muted",
    "failed": "critical",
}

TASK = {state: Cell(TASK_SYMBOLS[state], tone) for state, tone in _TASK_TONES.items()}
CHAMBER = {state: Cell(CHAMBER_SYMBOLS[state], tone) for state, tone in _CHAMBER_TONES.items()}
WORKER = {state: Cell(WORKER_WORDS[state], tone) for state, tone in _WORKER_TONES.items()}
SEVERITY: dict[Severity, Cell] = {
    "info": Cell("·", "muted"),
    "important": Cell("▲", "warn"),
    "critical": Cell("!", "critical"),
}
MAIL: dict[InterruptState, Cell] = {
    "sent": Cell("sent", "warn"),
    "posted": Cell("unread", "warn"),
    "delivered": Cell("delivered", "accent"),
    "acted": Cell("acted", "ok"),
    "cancelled": Cell("cancelled", "muted"),
    "expired": Cell("undelivered", "warn"),
}
CONFLICT = Cell(CONFLICT_SYMBOL, "warn")
SUSPENDED = Cell(SUSPENDED_WORDS, "warn")
UNPROVEN = Cell(UNPROVEN_WORDS, "warn")
REQUEST = Cell(REQUEST_SYMBOL, "warn")
HEALTH = Cell(HEALTH_SYMBOL, "warn")
OVERDUE = "!"  # before what has been unread for too long
