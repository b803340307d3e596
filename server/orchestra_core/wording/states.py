"""One symbol or word for every state; the room adds the tones."""

from collections.abc import Mapping

from orchestra_core.models import ChamberState, TaskState
from orchestra_core.worker_state import Group, WorkerState
from orchestra_core.workers.presence import PresenceState

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
PRESENCE_WORDS: dict[PresenceState, str] = {
    "unknown": "no worker",
    "starting": "starting",
    "working": "working",
    "waiting": "waiting",
    "blocked": "blocked",
    "idle": "idle",
    "aborted": "interrupted",
    "finished": "finished",
    "failed": "failed",
    "killed": "killed",
    "gone": "gone",
}
GROUP_SYMBOLS: dict[Group, str] = {
    "needs-you": "◆",
    "stuck": "◔",
    "working": "●",
    "ready": "✓",
    "held": "⊘",
    "idle": "○",
    "landed": "■",
    "dropped": "□",
}
REQUEST_SYMBOL = GROUP_SYMBOLS["needs-you"]  # of a worker that waits for an answer
GROUP_WORDS: dict[Group, str] = {
    "needs-you": "needs you",
    "stuck": "stuck",
    "working": "working",
    "ready": "ready",
    "held": "held",
    "idle": "idle",
    "landed": "landed",
    "dropped": "dropped",
}
FAILED_SYMBOL = "✗"  # of a worker that needs somebody because it failed
CONFLICT_SYMBOL = "⚠"
HEALTH_SYMBOL = "✚"  # stands before what is wrong with a chamber
SUSPENDED_WORDS = "‖ suspended"
UNPROVEN_WORDS = "◌ hook not verified"


def worker_symbol(state: WorkerState) -> str:
    """Return the symbol of a worker's state."""
    return FAILED_SYMBOL if state.cause == "failed" else GROUP_SYMBOLS[state.group]


def worker_word(state: WorkerState) -> str:
    """Return the word for a worker's state: its group, or that it has failed."""
    return "failed" if state.cause == "failed" else GROUP_WORDS[state.group]


def worker_text(state: WorkerState) -> str:
    """Return a worker's state as one text: what it does or asks, such as `stuck: Bash pytest`."""
    if state.group == "working" or (state.group == "needs-you" and state.cause != "failed"):
        return state.reason
    word = worker_word(state)
    return f"{word}: {state.reason}" if state.reason not in ("", word) else word


def counts_text(counts: Mapping[Group, int]) -> list[str]:
    """Return each group with symbol and number: `◆ 2 need you`, `● 1 working`."""
    return [f"{GROUP_SYMBOLS[group]} {count_text(group, count)}" for group, count in counts.items()]


def count_text(group: Group, count: int) -> str:
    """Return how many workers are in a group: `1 needs you`, `2 need you`, `3 working`."""
    word = "need you" if group == "needs-you" and count > 1 else GROUP_WORDS[group]
    return f"{count} {word}"
