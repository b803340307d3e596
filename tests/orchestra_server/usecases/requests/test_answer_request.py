"""The first answer wins, exactly once, and every other is told what became of it in one line."""

import asyncio
from dataclasses import replace as replace_context

import pytest
from msgspec.structs import replace

from orchestra_core.errors import BadInput, OrchestraError, Refused, Unknown
from orchestra_core.models import WorkerRequest
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.answer_request import answer_request
from orchestra_server.usecases.requests.record_request import record_request
from tests.support.conductor.tasks import chamber_of, kinds
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_question, a_request

NONE: list[str] = []


@pytest.fixture
async def asked(context: Context, task_id: str, auth: TestRepository) -> WorkerRequest:
    """A request of the worker in `auth`."""
    assert auth.path.exists()
    request = replace(a_request(), task_id=task_id)
    await record_request(context.store, context.project.git_dir, request)
    return request


async def test_an_answer_is_recorded_with_its_author(
    context: Context, asked: WorkerRequest
) -> None:
    reply = await answer_request(
        context, request_id="r-1", answer="deny", words=" Use make\x07 test "
    )
    assert (reply.task_id, reply.chamber, reply.answer) == (asked.task_id, "auth", "deny")
    assert not reply.already_answered
    request = (await context.store.snapshot()).requests["r-1"]
    assert (request.state, request.words) == ("answered", "Use make test")
    assert request.answered_by == "conductor"
    presence = await context.store.presence(asked.chamber_id)
    assert presence is not None
    assert (presence.state, presence.tool, presence.detail) == ("working", "Bash", "npm test")


async def test_the_same_answer_may_be_repeated_and_another_is_refused(
    context: Context, asked: WorkerRequest
) -> None:
    await answer_request(context, request_id=asked.id, answer="allow")
    again = await answer_request(context, request_id=asked.id, answer="allow")
    assert again.already_answered
    operator = replace_context(context, actor="operator")
    with pytest.raises(Refused, match=r"was answered by conductor at .*: allow; there is nothing"):
        await answer_request(operator, request_id=asked.id, answer="deny")
    assert (await kinds(context)).count("request.answered") == 1


async def test_of_many_answers_at_once_one_wins(context: Context, asked: WorkerRequest) -> None:
    contexts = [replace_context(context, actor=f"operator-{number}") for number in range(8)]
    results = await asyncio.gather(
        *(answer_request(each, request_id=asked.id, answer="allow") for each in contexts),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == len(contexts) - 1
    assert (await kinds(context)).count("request.answered") == 1


async def test_allowing_the_like_gives_the_chamber_a_rule(
    context: Context, asked: WorkerRequest
) -> None:
    reply = await answer_request(context, request_id=asked.id, answer="allow-like")
    assert reply.next_step == (
        "Its worker goes on, and Bash(npm test:*) is not asked again in auth."
    )
    assert (await chamber_of(context, asked.task_id, "auth")).allowed == ("Bash(npm test:*)",)


async def test_a_question_is_answered_with_a_choice_for_each(
    context: Context, asked: WorkerRequest
) -> None:
    question = replace(a_question(), task_id=asked.task_id)
    await record_request(context.store, context.project.git_dir, question)
    await answer_request(context, request_id="r-2", answer="choose", choices=["my own words"])
    request = (await context.store.snapshot()).requests["r-2"]
    assert (request.answer, request.choices) == ("choose", ("my own words",))


async def test_the_error_for_an_unknown_request_lists_the_open_ones(
    context: Context, asked: WorkerRequest
) -> None:
    for name in ("r-9", "../x\n", ""):
        with pytest.raises(Unknown, match=r"there is no request .*; open are: r-1 \(auth\)"):
            await answer_request(context, request_id=name, answer="allow")
    await answer_request(context, request_id=asked.id, answer="allow")
    with pytest.raises(Unknown, match="there is no request 'r-9'; none is open"):
        await answer_request(context, request_id="r-9", answer="allow")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("yes", "", NONE), "answer 'yes' is none of allow, allow-like, deny, choose"),
        (("allow", "", ["x"]), "choices answer a question, and 'allow' takes none"),
        (("allow", "x", NONE), "words are for a denial, and 'allow' takes none"),
        (("choose", "", [" "]), "a choice is empty"),
        (("choose", "", ["x"]), "asks for a permission and has no options"),
    ],
)
async def test_an_answer_that_does_not_fit_changes_nothing(
    context: Context, asked: WorkerRequest, arguments: tuple[str, str, list[str]], told: str
) -> None:
    answer, words, choices = arguments
    with pytest.raises(BadInput, match=told) as raised:
        await answer_request(
            context, request_id=asked.id, answer=answer, words=words, choices=choices
        )
    assert isinstance(raised.value, OrchestraError)
    assert "\n" not in str(raised.value)
    assert (await context.store.snapshot()).requests["r-1"].is_open
