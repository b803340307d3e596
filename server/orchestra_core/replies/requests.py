"""The answers about workers' requests."""

from dataclasses import dataclass, field

from orchestra_core.models import AnswerName, RequestKind
from orchestra_core.replies.reply import Reply


@dataclass(frozen=True, kw_only=True)
class RequestStatus:
    """An open request: `asked` in full; `options` of a question, one list for each question.

    `like` is what `allow-like` would allow in this chamber from now on; "" where it cannot.
    """

    request_id: str
    task_id: str
    chamber: str
    kind: RequestKind
    tool: str
    asked: str
    asked_at: str
    like: str = ""
    options: list[list[str]] = field(default_factory=list[list[str]])


@dataclass(frozen=True, kw_only=True)
class AnsweredRequest(Reply):
    """A request that is answered; `already_answered` when the same caller had said so before."""

    task_id: str
    request_id: str
    chamber: str
    answer: AnswerName
    already_answered: bool
