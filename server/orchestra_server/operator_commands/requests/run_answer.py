"""`orchestra answer`: lists what workers wait for, shows one request, or answers it."""

from collections.abc import Sequence

import msgspec

from orchestra_core.errors import BadInput
from orchestra_core.models import WorkerRequest
from orchestra_core.state import ProjectState
from orchestra_core.text import as_lines, one_line
from orchestra_core.wording.requests import Question, questions_of
from orchestra_server.domain.workers.requests import RequestAnswer
from orchestra_server.operator_commands.requests.list_requests import (
    full_lines,
    list_requests,
    open_requests,
)
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.answer_request import answer_request, unknown_request

_PERMISSION_ANSWERS = ("allow", "allow-like", "deny")


async def answer(context: Context, named: str, words: Sequence[str], *, as_json: bool) -> str:
    """Return the text to print: the list, the named request, or the result of its answer."""
    state = await context.store.snapshot()
    if not named:
        return list_requests(state, context.clock(), as_json=as_json)
    request = request_named(state, named)
    if not words:
        return as_lines(full_lines(request, context.clock()))
    meant = answer_meant(request, words)
    done = await answer_request(
        context,
        request_id=request.id,
        answer=meant.name,
        words=meant.words,
        choices=meant.choices,
    )
    if as_json:
        return msgspec.json.format(msgspec.json.encode(done), indent=2).decode() + "\n"
    again = " was answered so before" if done.already_answered else f": {done.answer}"
    return as_lines([f"Request {done.request_id} of {done.chamber}{again}. {done.next_step}"])


def request_named(state: ProjectState, named: str) -> WorkerRequest:
    """Return the request with that id, or the open one by a prefix of its id or by its chamber.

    Raises Unknown if there is none, and BadInput if it could be one of several.
    """
    if (request := state.requests.get(named)) is not None:
        return request
    waiting = open_requests(state)
    matching = [request for request in waiting if request.chamber == named]
    matching = matching or [request for request in waiting if request.id.startswith(named)]
    if len(matching) > 1:
        ids = ", ".join(request.id for request in matching)
        raise BadInput(f"{one_line(named, 60)!r} could be one of several; name one: {ids}")
    if not matching:
        raise unknown_request(state, named)
    return matching[0]


def answer_meant(request: WorkerRequest, words: Sequence[str]) -> RequestAnswer:
    """Return the typed answer; raises BadInput if it does not fit the request."""
    first, *rest = words
    if first == "deny":
        return RequestAnswer("deny", words=" ".join(rest))
    if request.kind == "question":
        return RequestAnswer("choose", choices=tuple(_choices(request, words)))
    for name in _PERMISSION_ANSWERS:
        if first == name and not rest:
            return RequestAnswer(name)
    if first in _PERMISSION_ANSWERS:
        raise BadInput(f"{first!r} takes no words; only deny does, as in: deny 'use make test'")
    names = ", ".join(_PERMISSION_ANSWERS)
    raise BadInput(f"{one_line(first, 60)!r} is no answer to a permission; use {names}")


def _choices(request: WorkerRequest, words: Sequence[str]) -> list[str]:
    questions = questions_of(request)
    if len(questions) > 1:
        if len(words) != len(questions):
            raise BadInput(
                f"request {request.id} has {len(questions)} questions and {len(words)} answers "
                "were given; give one for each question, in quotes where it has spaces"
            )
        return [_choice(question, word) for question, word in zip(questions, words, strict=True)]
    question = questions[0] if questions else Question()
    if all(word.isdecimal() for word in words):
        return [", ".join(_choice(question, word) for word in words)]
    return [_choice(question, " ".join(words))]


def _choice(question: Question, word: str) -> str:
    """Return the option behind a number, several joined by commas, or the words as typed."""
    numbers = [part.strip() for part in word.split(",")]
    if not question.options or not all(number.isdecimal() for number in numbers):
        return word
    chosen = list[str]()
    for number in map(int, numbers):
        if not 1 <= number <= len(question.options):
            raise BadInput(
                f"there is no option {number}; the question has {len(question.options)} options"
            )
        chosen.append(question.options[number - 1].label)
    return ", ".join(chosen)
