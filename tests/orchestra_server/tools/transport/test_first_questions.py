"""A client's first questions have the SDK's own answers, in every protocol that it speaks."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestra_server.tools.transport.early_answers import ANSWERS_FILE
from orchestra_server.tools.transport.first_questions import (
    HANDSHAKE,
    HANDSHAKES,
    QUESTIONS,
    EarlyAnswer,
    FirstQuestions,
)
from tests.support.conductor.first_answers import (
    answers_of_sdk,
    as_file,
    greeting,
    plain_question,
    question,
    sdk_answers,
    session_questions,
)

ANSWERS: dict[str, dict[str, Any]] = {
    HANDSHAKE: {"protocolVersion": HANDSHAKES[-1], "serverInfo": {}},
    "tools/list": {"tools": [], "resultType": "complete"},
}
NO_ANSWER = EarlyAnswer()


def asked(line: str | bytes) -> dict[str, Any]:
    return json.loads(line)


def test_the_file_holds_what_the_sdk_answers() -> None:
    written = Path(ANSWERS_FILE).read_text(encoding="utf-8")
    assert written == as_file(sdk_answers()), "run 'make first-answers' and look at what it changes"


@pytest.mark.parametrize("version", HANDSHAKES)
def test_a_client_of_an_older_protocol_reads_what_the_sdk_would_answer(version: str) -> None:
    questions = FirstQuestions(json.loads(Path(ANSWERS_FILE).read_text(encoding="utf-8")))
    lines = session_questions(version)
    written = [questions.answer(line.encode()).written for line in lines]
    answers = [asked(line) for line in written if line]
    assert {answer["id"]: answer["result"] for answer in answers} == answers_of_sdk(lines)


def test_a_question_gets_its_own_id_back() -> None:
    written, is_complete = FirstQuestions(ANSWERS).answer(question("tools/list", 7).encode())
    assert is_complete
    assert asked(written) == {"jsonrpc": "2.0", "id": 7, "result": ANSWERS["tools/list"]}


def test_a_subscription_is_acknowledged_and_kept() -> None:
    line = asked(question("subscriptions/listen", 3))
    line["params"]["notifications"] = {"toolsListChanged": True}
    written, is_complete = FirstQuestions(ANSWERS).answer(json.dumps(line).encode())
    assert not is_complete
    assert asked(written)["params"] == {
        "_meta": {"io.modelcontextprotocol/subscriptionId": 3},
        "notifications": {"toolsListChanged": True},
    }


def test_initialize_is_answered_and_kept() -> None:
    questions = FirstQuestions(ANSWERS)
    written, is_complete = questions.answer(greeting("2025-06-18", 4).encode())
    assert not is_complete
    assert asked(written)["result"] == {"protocolVersion": "2025-06-18", "serverInfo": {}}
    assert questions.greeted == {4}


@pytest.mark.parametrize(
    "line",
    [
        question("tools/call", 1),
        question("tools/list", 1).replace("2026-07-28", "2025-06-18"),
        question("tools/list", 1).replace('"_meta"', '"cursor": "x", "_meta"'),
        plain_question("tools/list", 1),
        question(HANDSHAKE, 1),
        greeting("2026-07-28", 1),
        greeting("2025-06-18", 1, client="orchestra-room"),
        greeting("2025-06-18", 1).replace('"clientInfo"', '"client"'),
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}',
        *("{", "", "[]", "null", '{"method":"tools/list"}', '{"params":{"_meta":[]},"id":1}'),
        '{"method":"tools/list","id":1,"params":[]}',
        greeting("2025-06-18", 1).replace('"id": 1', '"id": [1]'),
        question("tools/list", 1).replace('"tools/list"', '["tools/list"]'),
        pytest.param("[" * 100_000, id="nested too deep"),
    ],
)
def test_everything_else_is_for_the_sdk(line: str) -> None:
    assert FirstQuestions(ANSWERS).answer(line.encode()) == NO_ANSWER


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (greeting("2025-06-18", 1), greeting("2025-06-18", 2)),
        (greeting("2025-06-18", 1), question("tools/list", 2)),
        (greeting("2025-06-18", 1), plain_question("server/discover", 2)),
        (greeting("2025-06-18", 1), plain_question("tools/call", 2)),
        (question("subscriptions/listen", 1), greeting("2025-06-18", 2)),
        (question("subscriptions/listen", 1), plain_question("tools/list", 2)),
    ],
)
def test_what_does_not_fit_the_clients_first_line_is_for_the_sdk(first: str, later: str) -> None:
    questions = FirstQuestions(ANSWERS)
    assert questions.answer(first.encode()).written
    assert questions.answer(later.encode()) == NO_ANSWER


def test_a_client_that_has_not_waited_for_its_first_answer_may_greet_in_the_older_way() -> None:
    questions = FirstQuestions(ANSWERS)
    assert questions.answer(question("tools/list", 1).encode()).is_complete
    assert questions.answer(greeting("2025-11-25", 2).encode()).written


def test_every_question_has_an_answer_in_the_file() -> None:
    answers = json.loads(Path(ANSWERS_FILE).read_text(encoding="utf-8"))
    assert sorted(answers) == sorted((HANDSHAKE, *QUESTIONS))
