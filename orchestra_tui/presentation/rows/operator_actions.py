"""What the operator can do about a worker that needs somebody, and what enter does on its row."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from orchestra_core.models import Chamber, WorkerRequest
from orchestra_core.worker_state import Cause, WorkerState

EnterDoes = Literal["open", "answer", "write", "start"]


class Act(NamedTuple):
    """What helps a worker; `enter` is what that key does on its row, `label` describes it.

    `message` is sent to it if nothing else is written. `words` are empty if nothing needs to be
    done, and `elsewhere` is true if no key can do it.
    """

    words: str = ""
    enter: EnterDoes = "open"
    label: str = "open"
    elsewhere: bool = False
    message: str = ""


_RETRY = "Your last turn ended in an error. Continue where you stopped."
_ASK = "Say in one line what you are waiting for, then continue."
_WAKE = "You have unread messages. Read them and continue."


NO_ACT = Act()
_BY_CAUSE: Mapping[Cause, Act] = {
    "permission": Act("answer in its terminal", elsewhere=True),
    "question": Act("answer in its terminal", elsewhere=True),
    "failed": Act("retry", "write", "write to retry", message=_RETRY),
    "unread": Act("wake", "write", "write to wake it", message=_WAKE),
    "critical": Act("wake", "write", "write to wake it", message=_WAKE),
    "silent": Act("ask", "write", "write to it", message=_ASK),
    "gone": Act("restart", "start", "start another"),
}


def act_of(chamber: Chamber, worker: WorkerState, requests: Sequence[WorkerRequest]) -> Act:
    """Return what helps a chamber's worker; nothing if it needs nobody."""
    if not chamber.is_live:
        return NO_ACT
    if requests:
        asks = "choose an answer" if requests[0].kind == "question" else "allow or deny"
        return Act(asks, "answer", asks)
    if worker.group in ("needs-you", "stuck"):
        return _BY_CAUSE.get(worker.cause, NO_ACT)
    return NO_ACT
