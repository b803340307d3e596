"""What the operator means by the words behind `orchestra answer`."""

import json

import pytest
from msgspec.structs import replace

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.models import WorkerRequest
from orchestra_core.state import ProjectState
from orchestra_server.domain.workers.requests import RequestAnswer
from orchestra_server.operator_commands.operator_command import OperatorCommand, run_command
from orchestra_server.operator_commands.requests.run_answer import answer_meant, request_named
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.record_request import record_request
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.samples.documents import a_question, a_request


def two_questions() -> WorkerRequest:
    colours = [{"label": "Blue"}, {"label": "Red"}, {"label": "Green"}]
    questions = [
        {"question": "Which colours?", "options": colours, "multiSelect": True},
        {"question": "Which size?", "options": [{"label": "S"}, {"label": "L"}]},
    ]
    return replace(a_question(), tool_input=json.dumps({"questions": questions}))


def test_a_permission_is_allowed_or_denied_with_words() -> None:
    assert answer_meant(a_request(), ["allow"]) == RequestAnswer("allow")
    assert answer_meant(a_request(), ["allow-like"]) == RequestAnswer("allow-like")
    denied = RequestAnswer("deny", words="use make test")
    assert answer_meant(a_request(), ["deny", "use", "make test"]) == denied
    assert answer_meant(a_request(), ["deny"]) == RequestAnswer("deny")
    with pytest.raises(BadInput, match="'yes' is no answer to a permission; use allow, allow-like"):
        answer_meant(a_request(), ["yes"])
    with pytest.raises(BadInput, match="'allow' takes no words; only deny does"):
        answer_meant(a_request(), ["allow", "it"])


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        (["1"], "Blue"),
        (["2"], "Red"),
        (["1", "2"], "Blue, Red"),
        (["1,2"], "Blue, Red"),
        (["Red"], "Red"),
        (["none", "of", "these"], "none of these"),
        (["allow"], "allow"),
    ],
)
def test_a_question_takes_numbers_or_own_words(words: list[str], choice: str) -> None:
    assert answer_meant(a_question(), words) == RequestAnswer("choose", choices=(choice,))


def test_a_question_can_be_denied_and_has_only_its_own_options() -> None:
    assert answer_meant(a_question(), ["deny", "not now"]) == RequestAnswer("deny", words="not now")
    with pytest.raises(BadInput, match="there is no option 3; the question has 2 options"):
        answer_meant(a_question(), ["3"])


def test_several_questions_take_an_answer_each() -> None:
    both = answer_meant(two_questions(), ["1,3", "the usual"])
    assert both.choices == ("Blue, Green", "the usual")
    with pytest.raises(BadInput, match="has 2 questions and 1 answers were given"):
        answer_meant(two_questions(), ["1"])


def test_a_request_is_named_by_id_by_its_beginning_or_by_its_chamber() -> None:
    state = ProjectState()
    for request in (
        a_request("r-1a"),
        replace(a_request("r-2b"), chamber="web"),
        replace(a_request("r-2c"), state="answered"),
    ):
        state.put(request)
    assert request_named(state, "r-1a").id == "r-1a"
    assert request_named(state, "r-2").id == "r-2b"
    assert request_named(state, "web").id == "r-2b"
    assert request_named(state, "r-2c").state == "answered"
    with pytest.raises(BadInput, match="'r-' could be one of several; name one: r-1a, r-2b"):
        request_named(state, "r-")
    with pytest.raises(Unknown, match="there is no request 'r-9'; open are: "):
        request_named(state, "r-9")


async def test_the_command_lists_shows_and_answers(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    request = replace(a_request(), task_id=task_id)
    await record_request(context.store, context.project.git_dir, request)

    async def run(*words: str, as_json: bool = False) -> str:
        named, *rest = words or [""]
        command = OperatorCommand(
            name="answer", root="/", request=named, words=tuple(rest), json=as_json
        )
        return await run_command(context, command)

    assert "◆ r-1  auth" in await run()
    assert json.loads(await run(as_json=True))["requests"][0]["request"]["id"] == "r-1"
    assert "    npm test\n" in await run("auth")
    assert await run("auth", "allow") == (
        "Request r-1 of auth: allow. Its worker goes on; there is nothing else to do.\n"
    )
    assert (await run("r-1", "allow")).startswith("Request r-1 of auth was answered so before. ")
    assert json.loads(await run("r-1", "allow", as_json=True))["already_answered"]
    assert await run() == "No worker waits for an answer.\n"
