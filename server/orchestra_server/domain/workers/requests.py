"""A worker's request: asked, then answered by whoever comes first, or withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.clock import iso_time
from orchestra_core.errors import BadInput, Refused
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import AnswerName, Chamber, Task, WorkerRequest
from orchestra_core.wording.requests import answer_in_short, questions_of
from orchestra_core.workers.day_account import DayAccount

CONTINUE = "Continue"  # instead of a tool's name, for a question about a limit
CLOSED_NOTE = "its chamber was closed"
GONE_NOTE = "its client no longer asks"
CLIENT_NOTE = "it was answered in the client's own terminal"
ENDED_NOTE = "its worker's turn has ended"


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """An answer to a request: `words` explain a denial, `choices` answer the questions in order."""

    name: AnswerName
    words: str = ""
    choices: tuple[str, ...] = ()


def asked(request: WorkerRequest, account: Task | DayAccount | None = None) -> Change:
    """Return the change for a new request, with the account that notes it if there is one."""
    event = _event(request, "request.asked", at=request.asked_at, actor=request.chamber)
    task = account if isinstance(account, Task) else None
    day = account if isinstance(account, DayAccount) else None
    return Change(events=(replace(event, data=replace(event.data, task=task, day=day)),))


def is_same_answer(request: WorkerRequest, answer: RequestAnswer, actor: str) -> bool:
    """Tell whether the same actor has already given the same answer."""
    given = (request.answer, request.words, request.choices, request.answered_by)
    return given == (answer.name, answer.words, answer.choices, actor)


def check_answer(request: WorkerRequest, answer: RequestAnswer) -> None:
    """Raise Refused if the request is over, and BadInput if the answer does not fit it."""
    if request.state == "answered":
        raise Refused(
            f"request {request.id!r} of {request.chamber!r} was answered by {request.answered_by} "
            f"at {iso_time(request.ended_at)}: {answer_in_short(request)}; there is nothing to do"
        )
    if request.state == "withdrawn":
        raise Refused(
            f"request {request.id!r} of {request.chamber!r} was withdrawn: {request.note}; "
            "there is nothing to do"
        )
    questions = len(questions_of(request))
    if request.kind == "question" and answer.name not in {"choose", "deny"}:
        raise BadInput(
            f"request {request.id!r} is a question, which {answer.name!r} does not answer; "
            "choose an option or write words, or deny it"
        )
    if request.kind == "permission" and answer.name == "choose":
        raise BadInput(
            f"request {request.id!r} asks for a permission and has no options; "
            "answer it with allow, allow-like or deny"
        )
    if answer.name == "choose" and len(answer.choices) != questions:
        raise BadInput(
            f"request {request.id!r} has {questions} questions and {len(answer.choices)} answers "
            "were given; give one for each question, in their order"
        )
    if answer.name == "allow-like" and not request.like:
        raise BadInput(
            f"request {request.id!r} has no like that a rule could name; answer it with allow"
        )


def answered(
    request: WorkerRequest,
    chamber: Chamber | None,
    answer: RequestAnswer,
    *,
    at: int,
    actor: str,
) -> tuple[WorkerRequest, Change]:
    """Return the answered request and the change; for allow-like the chamber gets a rule."""
    over = replace(
        request,
        state="answered",
        ended_at=at,
        answer=answer.name,
        words=answer.words,
        choices=answer.choices,
        answered_by=actor,
    )
    event = _event(over, "request.answered", at=at, actor=actor)
    if answer.name == "allow-like" and chamber and request.like not in chamber.allowed:
        ruled = replace(chamber, allowed=(*chamber.allowed, request.like))
        event = replace(event, data=replace(event.data, chamber=ruled))
    return over, Change(events=(event,))


def withdrawn(requests: Iterable[WorkerRequest], *, note: str, at: int, actor: str) -> list[Event]:
    """Return the events that end open requests; `note` says why nobody needs to answer."""
    return [
        _event(
            replace(request, state="withdrawn", ended_at=at, note=note),
            "request.withdrawn",
            at=at,
            actor=actor,
        )
        for request in requests
        if request.is_open
    ]


def _event(request: WorkerRequest, kind: Kind, *, at: int, actor: str) -> Event:
    return Event(
        at=at,
        kind=kind,
        actor=actor,
        task_id=request.task_id,
        chamber=request.chamber,
        data=EventData(request=request),
    )
