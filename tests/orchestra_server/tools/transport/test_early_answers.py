"""A client's first questions are answered before the SDK is there, with the SDK's own answers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestra_core.settings import Settings
from orchestra_server.tools.transport.early_answers import ANSWERS_FILE, QUESTIONS, early_answer
from tests.support.first_answers import as_file, question, sdk_answers
from tests.support.orchestration import server_environ
from tests.support.repositories import PLAIN_GIT, small_repository

ANSWERS: dict[str, Any] = {"tools/list": {"tools": []}}
# Answers before the import of the SDK ends, however long that takes.
_NEVER_IMPORTED = (
    "from orchestra_server.tools.transport.early_answers import EarlyAnswers; import sys; "
    "early = EarlyAnswers(); early.start(); sys.stdin.buffer.raw; "
    "import threading; [t.join(20) for t in threading.enumerate() if t.name == 'early-answers']; "
    "sys.stderr.buffer.write(early.finish())"
)


def asked(line: str) -> dict[str, Any]:
    return json.loads(line)


def test_the_file_holds_what_the_sdk_answers() -> None:
    written = Path(ANSWERS_FILE).read_text(encoding="utf-8")
    assert written == as_file(sdk_answers()), "run 'make first-answers' and look at what it changes"


def test_a_question_gets_its_own_id_back() -> None:
    written, is_complete = early_answer(question("tools/list", 7).encode(), ANSWERS)
    assert is_complete
    assert asked(written.decode()) == {"jsonrpc": "2.0", "id": 7, "result": {"tools": []}}


def test_a_subscription_is_acknowledged_and_kept() -> None:
    line = asked(question("subscriptions/listen", 3))
    line["params"]["notifications"] = {"toolsListChanged": True}
    written, is_complete = early_answer(json.dumps(line).encode(), ANSWERS)
    assert not is_complete
    assert asked(written.decode())["params"] == {
        "_meta": {"io.modelcontextprotocol/subscriptionId": 3},
        "notifications": {"toolsListChanged": True},
    }


@pytest.mark.parametrize(
    "line",
    [
        question("tools/call", 1),
        question("tools/list", 1).replace("2026-07-28", "2025-06-18"),
        question("tools/list", 1).replace('"_meta"', '"cursor": "x", "_meta"'),
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2026-07-28"}}',
        *("{", "", "[]", "null", '{"method":"tools/list"}', '{"params":{"_meta":[]},"id":1}'),
    ],
)
def test_everything_else_is_for_the_sdk(line: str) -> None:
    assert early_answer(line.encode(), ANSWERS) == (b"", False)


def test_what_is_not_answered_is_handed_over_whole() -> None:
    first, call = question("tools/list", 1), question("tools/call", 2)
    ended = subprocess.run(
        [sys.executable, "-P", "-c", _NEVER_IMPORTED],
        input=f"{first}\n{call}\n{first[:40]}".encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert [asked(line)["id"] for line in ended.stdout.decode().splitlines()] == [1]
    assert ended.stderr.decode() == f"{call}\n{first[:40]}"


def test_the_server_answers_first_questions_and_then_calls(
    settings: Settings, tmp_path: Path
) -> None:
    repository = small_repository((tmp_path / "shop").resolve())
    call = asked(question("tools/call", 9))
    call["params"] |= {"name": "get_task_status", "arguments": {"task_id": "none-1"}}
    lines = [*(question(method, at) for at, method in enumerate(QUESTIONS)), json.dumps(call)]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "orchestra_server"],
        cwd=repository.path,
        env={**os.environ, **PLAIN_GIT, **server_environ(settings)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        answers = {
            answer["id"]: answer for answer in (asked(server.stdout.readline()) for _ in lines)
        }
        server.stdin.close()
    assert sorted(answers) == [0, 1, 2, 3, 9]
    assert "there is no task 'none-1'" in str(answers[9]["result"])
