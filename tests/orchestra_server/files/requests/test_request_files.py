"""A request is read from what its hook has left, and its texts are data of a bounded size."""

import json

import pytest

from orchestra_server.files.requests.request_files import (
    UnreadableRequestError,
    encoded_input,
    read_asked,
)

PAYLOAD = {
    "session_id": "s-1",
    "agent_id": "a-1",
    "tool_name": "Bash",
    "tool_input": {"command": "npm test"},
    "cwd": "/repo",
}
ASKED = {"id": "r-1", "chamber_id": "t-1/auth", "like": "Bash(npm test:*)", "payload": PAYLOAD}


def test_a_request_says_who_asks_for_what() -> None:
    request = read_asked(json.dumps(ASKED).encode(), 5_000_000)
    assert (request.id, request.task_id, request.chamber) == ("r-1", "t-1", "auth")
    assert (request.session_id, request.agent_id) == ("s-1", "a-1")
    assert (request.kind, request.tool, request.like) == ("permission", "Bash", "Bash(npm test:*)")
    assert (request.tool_input, request.asked_at) == ('{"command":"npm test"}', 5)
    question = {**ASKED, "payload": {**PAYLOAD, "tool_name": "AskUserQuestion"}}
    assert read_asked(json.dumps(question).encode(), 0).kind == "question"


def test_anything_else_is_not_a_request() -> None:
    for raw in (b"", b"{", b"[]", b'{"id": "r-1"}', b"\xff", b'{"id": 1, "chamber_id": ""}'):
        with pytest.raises(UnreadableRequestError):
            read_asked(raw, 0)


def test_long_texts_are_cut_and_control_characters_removed() -> None:
    content = json.loads(encoded_input({"content": "x" * 30_000, "n": [1, "a\x1b[31mb"]}))
    assert content["content"].endswith("x\n… (10,000 characters more)")
    assert content["n"] == [1, "ab"]
    many = {str(number): "y" * 15_000 for number in range(20)}
    assert len(encoded_input(many)) < 30_000
    hopeless = {str(number): "y" for number in range(50_000)}
    assert "too large to be shown" in encoded_input(hopeless)
