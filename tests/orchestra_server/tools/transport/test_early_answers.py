"""A client's first questions are answered before the SDK is there, and each of them once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestra_core.settings import Settings
from orchestra_server.tools.transport.first_questions import HANDSHAKES, QUESTIONS
from tests.support.conductor.first_answers import plain_question, question, session_questions
from tests.support.conductor.orchestration import server_environ
from tests.support.git.repositories import PLAIN_GIT, small_repository

# Answers before the import of the SDK ends, however long that takes.
_NEVER_IMPORTED = (
    "from orchestra_server.tools.transport.early_answers import EarlyAnswers; import sys; "
    "early = EarlyAnswers(); early.start(); sys.stdin.buffer.raw; "
    "import threading; [t.join(20) for t in threading.enumerate() if t.name == 'early-answers']; "
    "sys.stderr.buffer.write(early.finish().lines)"
)


CALL: dict[str, object] = {"name": "get_task_status", "arguments": {"task_id": "none-1"}}


def asked(line: str) -> dict[str, Any]:
    return json.loads(line)


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
    call = asked(question("tools/call", 9))
    call["params"] |= CALL
    questions = [question(method, at) for at, method in enumerate(QUESTIONS)]
    answers = answers_to([*questions, json.dumps(call)], settings, tmp_path)
    assert sorted(answer["id"] for answer in answers) == [0, 1, 2, 3, 9]
    assert "there is no task 'none-1'" in str(answers[-1]["result"])


def test_a_client_of_an_older_protocol_has_one_answer_to_each_question(
    settings: Settings, tmp_path: Path
) -> None:
    call = asked(plain_question("tools/call", 9))
    call["params"] = CALL
    answers = answers_to([*session_questions(HANDSHAKES[-1]), json.dumps(call)], settings, tmp_path)
    assert [answer["id"] for answer in answers] == [0, 1, 2, 3, 9]
    assert "there is no task 'none-1'" in str(answers[-1]["result"])


def answers_to(lines: list[str], settings: Settings, tmp_path: Path) -> list[dict[str, Any]]:
    """Return all that the real server has written at its end, the answers in their order."""
    repository = small_repository((tmp_path / "shop").resolve())
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
        written = list[str]()
        while not written or asked(written[-1]).get("id") != 9:
            written.append(server.stdout.readline())
        server.stdin.close()
        written += server.stdout.readlines()
    return [asked(line) for line in written if "id" in asked(line)]
