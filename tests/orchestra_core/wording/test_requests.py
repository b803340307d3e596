"""What is asked, in one line and in full, from whatever a client has sent."""

import json

from msgspec.structs import replace

from orchestra_core.models import WorkerRequest
from orchestra_core.wording.requests import (
    answer_in_short,
    asked_in_full,
    asked_in_short,
    questions_of,
)
from tests.support.samples.documents import a_question, a_request


def asking(tool: str, **tool_input: object) -> WorkerRequest:
    return replace(a_request(), tool=tool, tool_input=json.dumps(tool_input))


def in_full(request: WorkerRequest) -> list[tuple[str, str]]:
    return [(line.text, line.kind) for line in asked_in_full(request)]


def test_a_command_is_shown_with_its_description() -> None:
    request = asking("Bash", command="npm test\nnpm run lint", description="Run both")
    assert asked_in_short(request) == "Bash: npm test npm run lint"
    assert in_full(request) == [
        ("npm test", "plain"),
        ("npm run lint", "plain"),
        ("Run both", "muted"),
    ]


def test_an_edit_is_shown_as_removed_and_added_lines() -> None:
    request = asking("Edit", file_path="/a.py", old_string="A = 1\nB = 2", new_string="A = 3")
    assert asked_in_short(request) == "Edit: /a.py"
    assert in_full(request) == [
        ("/a.py", "plain"),
        ("A = 1", "removed"),
        ("B = 2", "removed"),
        ("A = 3", "added"),
    ]
    assert [line.marked for line in asked_in_full(request)][2:] == ["- B = 2", "+ A = 3"]
    edits = [{"old_string": "x", "new_string": "y"}, {"old_string": "", "new_string": "z"}]
    several = in_full(asking("MultiEdit", file_path="/a.py", edits=[*edits, 7]))
    assert several[1:] == [("x", "removed"), ("y", "added"), ("z", "added")]
    assert in_full(asking("Write", file_path="/b", content="one\ntwo"))[1:] == [
        ("one", "added"),
        ("two", "added"),
    ]


def test_another_tools_input_is_shown_field_by_field() -> None:
    request = asking("mcp__db__query", table="users", limit=5)
    assert asked_in_short(request) == "mcp__db__query"
    assert in_full(request) == [("table: users", "plain"), ("limit: 5", "plain")]


def test_a_question_is_shown_with_numbered_options() -> None:
    request = a_question()
    assert asked_in_short(request) == "Which colour?"
    assert [option.label for option in questions_of(request)[0].options] == ["Blue", "Red"]
    assert in_full(request) == [
        ("Which colour?", "plain"),
        ("1  Blue: as the sky", "option"),
        ("2  Red", "option"),
    ]
    questions = [{"question": "A?", "multiSelect": True}, {"question": "B?"}]
    two = replace(request, tool_input=json.dumps({"questions": questions}))
    assert asked_in_short(two) == "A? (and 1 more)"
    assert questions_of(two)[0].multi_select


def test_input_that_cannot_be_read_is_shown_as_nothing() -> None:
    for tool_input in ("", "[]", '{"questions": 7}', '{"command": 1}'):
        request = replace(a_request(), tool_input=tool_input)
        assert asked_in_short(request) == "Bash"
        assert questions_of(replace(request, kind="question")) == ()
    assert asked_in_short(replace(a_question(), tool_input="{}")) == "a question"
    assert questions_of(a_request()) == ()


def test_control_characters_of_an_agent_are_not_shown() -> None:
    request = asking("Bash", command="echo \x1b[31mred\u202e")
    assert in_full(request) == [("echo red", "plain")]


def test_an_answer_is_said_in_a_few_words() -> None:
    request = a_request()
    assert answer_in_short(replace(request, answer="allow")) == "allow"
    assert answer_in_short(replace(request, answer="deny", words="no\nway")) == "deny: no way"
    assert answer_in_short(replace(request, answer="deny")) == "deny"
    chosen = replace(a_question(), answer="choose", choices=("Blue", "7"))
    assert answer_in_short(chosen) == "Blue; 7"
    like = replace(request, answer="allow-like")
    assert answer_in_short(like) == "allow, and similar calls: Bash(npm test:*)"
    assert answer_in_short(request) == ""
