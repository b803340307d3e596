"""What a worker may be said to do."""

from typing import Literal

PresenceState = Literal[
    "unknown",
    "starting",
    "working",
    "waiting",
    "blocked",
    "idle",
    "aborted",
    "finished",
    "failed",
    "killed",
    "gone",
]
