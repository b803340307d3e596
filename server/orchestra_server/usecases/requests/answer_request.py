"""answer_request: allow or deny what a worker asks for, or answer its question; once."""

import asyncio
import re
from collections.abc import Sequence

from orchestra_core.change import Change
from orchestra_core.errors import BadInput, Unknown
from orchestra_core.models import Chamber, Presence, WorkerRequest
from orchestra_core.replies.requests import AnsweredRequest
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.text import LINE_LIMIT, MESSAGE_LIMIT, one_line, optional, required
from orchestra_core.wording.requests import asked_subject
from orchestra_server.domain.workers.requests import (
    CONTINUE,
    RequestAnswer,
    answered,
    check_answer,
    is_same_answer,
)
from orchestra_server.files.requests.answer_files import post_answer
from orchestra_server.usecases.common.after_commit import show_change_soon
from orchestra_server.usecases.common.transaction import (
    NOTHING,
    Context,
    Decision,
    run_transaction,
)

_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_ANSWERS = ("allow", "allow-like", "deny", "choose")
_SHOWN = 5


async def answer_request(
    context: Context,
    *,
    request_id: str,
    answer: str,
    words: str = "",
    choices: Sequence[str] = (),
) -> AnsweredRequest:
    """Answer an open request; the same caller may repeat the same answer.

    Raises Unknown if the request does not exist, Refused if it was already answered or withdrawn,
    and BadInput if the answer does not fit it.
    """
    given = _checked(answer, words, choices)

    async def decide(reads: Reads) -> Decision[tuple[WorkerRequest, bool]]:
        request = await reads.request(request_id) if _ID.fullmatch(request_id) else None
        if request is None:
            raise unknown_request(await reads.state(), request_id)
        if is_same_answer(request, given, context.actor):
            return Decision((request, True), NOTHING)
        check_answer(request, given)
        over, change = await _change(context, reads, request, given)
        return Decision((over, False), change)

    request, repeated = await run_transaction(context.store, decide)
    await asyncio.to_thread(post_answer, context.project.git_dir, request)
    if not repeated and request.tool != CONTINUE:
        await _show_working(context, request)
    await show_change_soon(context, request.task_id)
    return AnsweredRequest(
        task_id=request.task_id,
        request_id=request.id,
        chamber=request.chamber,
        answer=given.name,
        already_answered=repeated,
        next_step=_next_step(request),
    )


async def _show_working(context: Context, request: WorkerRequest) -> None:
    """Show that the worker no longer waits; its next report says what it does."""
    await context.store.report_presence(
        Presence(
            chamber_id=request.chamber_id,
            state="working",
            tool=request.tool,
            detail=asked_subject(request)[:200],
            since=request.ended_at,
            agent_id=request.agent_id,
        )
    )


def unknown_request(state: ProjectState, request_id: str) -> Unknown:
    """Return the error for a request that does not exist."""
    waiting = [request for request in state.requests.values() if request.is_open]
    newest = sorted(waiting, key=lambda request: (-request.asked_at, request.id))[:_SHOWN]
    listed = ", ".join(f"{request.id} ({request.chamber})" for request in newest)
    return Unknown(
        f"there is no request {one_line(request_id, 60)!r}; "
        + (f"open are: {listed}" if listed else "none is open")
    )


def _checked(answer: str, words: str, choices: Sequence[str]) -> RequestAnswer:
    for name in _ANSWERS:
        if answer == name:
            break
    else:
        raise BadInput(f"answer {one_line(answer, 40)!r} is none of {', '.join(_ANSWERS)}")
    if choices and name != "choose":
        raise BadInput(f"choices answer a question, and {name!r} takes none; leave them out")
    if words and name != "deny":
        raise BadInput(f"words are for a denial, and {name!r} takes none; leave them out")
    texts = tuple(required("a choice", choice, LINE_LIMIT) for choice in choices)
    return RequestAnswer(name, optional("words", words, MESSAGE_LIMIT), texts)


async def _change(
    context: Context, reads: Reads, request: WorkerRequest, answer: RequestAnswer
) -> tuple[WorkerRequest, Change]:
    chamber: Chamber | None = None
    if answer.name == "allow-like":
        chamber = await reads.chamber(request.chamber_id)
    return answered(request, chamber, answer, at=context.clock(), actor=context.actor)


def _next_step(request: WorkerRequest) -> str:
    if request.answer == "allow-like":
        return f"Its worker goes on, and {request.like} is not asked again in {request.chamber}."
    if request.answer == "deny":
        return "Its worker reads the denial with your words; there is nothing else to do."
    return "Its worker goes on; there is nothing else to do."
