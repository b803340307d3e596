"""One symbol or word for every state; the room adds the tones."""

from orchestra_core.models import ChamberState, TaskState, WorkerState

TASK_SYMBOLS: dict[TaskState, str] = {
    "open": "●",
    "completing": "◐",
    "completed": "✓",
    "closed": "○",
}
CHAMBER_SYMBOLS: dict[ChamberState, str] = {
    "creating": "◌",
    "live": "●",
    "closing": "◐",
    "closed": "○",
    "failed": "✗",
}
WORKER_WORDS: dict[WorkerState, str] = {
    "unknown": "no worker",
    "starting": "starting",
    "working": "working",
    "waiting": "waiting",
    "idle": "idle",
    "finished": "finished",
    "failed": "failed",
}
REQUEST_SYMBOL = "?"  # a worker waits for an answer
CONFLICT_SYMBOL = "⚠"
HEALTH_SYMBOL = "✚"  # before what is wrong with a chamber
SUSPENDED_WORDS = "‖ suspended"
UNPROVEN_WORDS = "? hook not verified"
