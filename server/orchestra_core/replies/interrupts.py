"""The answers of the interrupt tools."""

from dataclasses import dataclass

from orchestra_core.models import InterruptState, Requires
from orchestra_core.replies.reply import Reply


@dataclass(frozen=True, kw_only=True)
class InterruptStatus:
    """An interrupt and how far it has come; `note` says why it never arrived, if it did not."""

    interrupt_id: str
    chamber: str
    message: str
    requires: Requires
    state: InterruptState
    sent_at: str
    note: str


@dataclass(frozen=True, kw_only=True)
class SentInterrupt(Reply):
    """An interrupt on its way; `already_sent` when the same one is still unread.

    Unless the chamber `is_here`, `clone` has it, and was last heard at `clone_heard_at`.
    """

    task_id: str
    interrupt_id: str
    chamber: str
    requires: Requires
    state: InterruptState
    already_sent: bool
    clone: str = ""
    is_here: bool = True
    clone_heard_at: str = ""


@dataclass(frozen=True, kw_only=True)
class CancelledInterrupt(Reply):
    """A cancelled message; `resumed` when that ended the suspension it had asked for."""

    task_id: str
    interrupt_id: str
    chamber: str
    already_cancelled: bool
    resumed: bool


@dataclass(frozen=True, kw_only=True)
class ResumedWorker(Reply):
    """A chamber whose tools run; `told` when a message tells its worker to go on."""

    task_id: str
    chamber: str
    was_suspended: bool
    told: bool
