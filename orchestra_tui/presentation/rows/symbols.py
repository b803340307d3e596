"""One symbol and one tone for every state: shapes differ, so colour only repeats them."""

from orchestra_core.models import ChamberState, InterruptState, Severity, TaskState, WorkerState
from orchestra_tui.presentation.rows.cells import Cell

TASK: dict[TaskState, Cell] = {
    "open": Cell("●", "accent"),
    "completing": Cell("◐", "warn"),
    "completed": Cell("✓", "ok"),
    "closed": Cell("○", "muted"),
}
CHAMBER: dict[ChamberState, Cell] = {
    "creating": Cell("◌", "muted"),
    "live": Cell("●", "ok"),
    "closing": Cell("◐", "warn"),
    "closed": Cell("○", "muted"),
    "failed": Cell("✗", "critical"),
}
WORKER: dict[WorkerState, Cell] = {
    "unknown": Cell("no worker", "muted"),
    "starting": Cell("starting", "muted"),
    "working": Cell("working"),
    "waiting": Cell("waiting", "warn"),
    "idle": Cell("idle", "muted"),
    "finished": Cell("finished", "muted"),
    "failed": Cell("failed", "critical"),
}
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
CONFLICT = Cell("⚠", "warn")
SUSPENDED = Cell("‖ suspended", "warn")
UNPROVEN = Cell("? hook not verified", "warn")
HEALTH = Cell("✚", "warn")  # before what is wrong with a chamber
OVERDUE = "!"  # before what has been unread for too long
