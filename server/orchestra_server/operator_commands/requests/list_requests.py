"""What `orchestra answer` prints about requests: all open ones, or one in full."""

import msgspec
from msgspec import Struct

from orchestra_core.models import WorkerRequest
from orchestra_core.state import ProjectState
from orchestra_core.text import as_lines
from orchestra_core.wording.ages import age
from orchestra_core.wording.requests import (
    answer_in_short,
    asked_in_full,
    asked_in_short,
    questions_of,
)
from orchestra_core.wording.states import REQUEST_SYMBOL
from orchestra_server.operator_commands.status_document import RequestEntry, request_entry

NOTHING_OPEN = "No worker waits for an answer."
_LINES_SHOWN = 200


class OpenRequestEntry(Struct, frozen=True, kw_only=True):
    """An open request, and its task and chamber."""

    task_id: str
    chamber: str
    request: RequestEntry


class RequestList(Struct, frozen=True, kw_only=True):
    """The open requests, oldest first; programs rely on the fields."""

    version: int = 1
    requests: tuple[OpenRequestEntry, ...]


def open_requests(state: ProjectState) -> list[WorkerRequest]:
    """Return the open requests, oldest first."""
    waiting = [request for request in state.requests.values() if request.is_open]
    return sorted(waiting, key=lambda request: (request.asked_at, request.id))


def list_requests(state: ProjectState, now: int, *, as_json: bool) -> str:
    """Return all open requests as text to print."""
    waiting = open_requests(state)
    if as_json:
        entries = (
            OpenRequestEntry(
                task_id=request.task_id, chamber=request.chamber, request=request_entry(request)
            )
            for request in waiting
        )
        document = RequestList(requests=tuple(entries))
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    if not waiting:
        return as_lines([NOTHING_OPEN])
    return as_lines([line for request in waiting for line in short_lines(request, now)])


def short_lines(request: WorkerRequest, now: int) -> list[str]:
    """Return the lines that say who waits for what, since when, and how to answer."""
    head = f"{REQUEST_SYMBOL} {request.id}  {request.chamber}  {age(request.asked_at, now)}"
    return [f"{head}  {asked_in_short(request)}", *(f"    {line}" for line in how_to(request))]


def full_lines(request: WorkerRequest, now: int) -> list[str]:
    """Return the lines with everything that is asked."""
    head = f"{REQUEST_SYMBOL} {request.id}  {request.chamber} ({request.task_id})"
    asked = [f"    {line.marked}" for line in asked_in_full(request)]
    more = [f"    … {len(asked) - _LINES_SHOWN} lines more"] if len(asked) > _LINES_SHOWN else []
    return [
        f"{head}  {request.tool}  {age(request.asked_at, now)}",
        *asked[:_LINES_SHOWN],
        *more,
        *(how_to(request) if request.is_open else [_over(request)]),
    ]


def how_to(request: WorkerRequest) -> list[str]:
    """Return the commands that answer."""
    command = f"orchestra answer {request.id}"
    if request.kind == "question":
        numbered = [
            f"{number} {option.label}"
            for question in questions_of(request)
            for number, option in enumerate(question.options, 1)
        ]
        return [f"{command} OPTION   ({', '.join(numbered) or 'your own words'})"]
    like = f", or allow-like: {request.like}" if request.like else ""
    return [f"{command} allow | deny WORDS{like}"]


def _over(request: WorkerRequest) -> str:
    if request.state == "answered":
        return f"answered by {request.answered_by}: {answer_in_short(request)}"
    return f"withdrawn: {request.note}"
