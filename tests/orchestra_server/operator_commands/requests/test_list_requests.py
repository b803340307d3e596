"""Requests as `orchestra answer` prints them: each says how it is answered."""

import json

from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_server.operator_commands.requests.list_requests import (
    full_lines,
    list_requests,
    open_requests,
)
from tests.support.samples.documents import NOON, a_question, a_request


def waiting() -> ProjectState:
    state = ProjectState()
    for request in (
        replace(a_question(), asked_at=NOON + 1),
        a_request(),
        replace(a_request("r-3"), state="answered"),
    ):
        state.put(request)
    return state


def test_open_requests_are_listed_oldest_first_with_how_to_answer() -> None:
    assert [request.id for request in open_requests(waiting())] == ["r-1", "r-2"]
    assert list_requests(waiting(), NOON + 65_000, as_json=False).splitlines() == [
        "◆ r-1  auth  1m  Bash: npm test",
        "    orchestra answer r-1 allow | deny WORDS, or allow-like: Bash(npm test:*)",
        "◆ r-2  auth  1m  Which colour?",
        "    orchestra answer r-2 OPTION   (1 Blue, 2 Red)",
    ]
    assert list_requests(ProjectState(), NOON, as_json=False) == "No worker waits for an answer.\n"


def test_the_json_list_has_every_member_that_an_answer_needs() -> None:
    document = json.loads(list_requests(waiting(), NOON, as_json=True))
    assert document["version"] == 1
    first, second = document["requests"]
    assert (first["task_id"], first["chamber"]) == ("add-login-1a2b", "auth")
    assert first["request"] == {
        "id": "r-1",
        "kind": "permission",
        "tool": "Bash",
        "asked": "npm test",
        "asked_at": NOON,
        "like": "Bash(npm test:*)",
        "options": [],
    }
    assert second["request"]["options"] == [["Blue", "Red"]]


def test_one_request_is_shown_whole() -> None:
    change = {"file_path": "/a.py", "old_string": "A = 1", "new_string": "A = 2"}
    request = replace(a_request(), tool="Edit", tool_input=json.dumps(change), like="")
    assert full_lines(request, NOON) == [
        "◆ r-1  auth (add-login-1a2b)  Edit  0s",
        "    /a.py",
        "    - A = 1",
        "    + A = 2",
        "orchestra answer r-1 allow | deny WORDS",
    ]
    long = replace(request, tool_input=json.dumps({"file_path": "/a", "content": "x\n" * 500}))
    assert full_lines(long, NOON)[-2] == "    … 301 lines more"


def test_a_request_that_is_over_says_how_it_ended() -> None:
    over = replace(a_request(), state="answered", answer="allow", answered_by="operator")
    assert full_lines(over, NOON)[-1] == "answered by operator: allow"
    gone = replace(a_request(), state="withdrawn", note="its chamber was closed")
    assert full_lines(gone, NOON)[-1] == "withdrawn: its chamber was closed"


def test_a_question_without_options_wants_own_words() -> None:
    question = replace(a_question(), tool_input=json.dumps({"questions": [{"question": "Why?"}]}))
    assert full_lines(question, NOON)[-1] == "orchestra answer r-2 OPTION   (your own words)"
