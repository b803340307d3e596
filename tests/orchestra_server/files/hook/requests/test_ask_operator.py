"""What the hook that asks makes of an answer, and of the files around it.

How it waits is tested with its real process, in `tests/contract/test_waiting_hooks.py`.
"""

import json
import os
from pathlib import Path

import pytest

from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.hook.requests.ask_operator import (
    can_be_answered,
    decision_of,
    is_asked,
    is_held,
    print_decision,
    take_answer,
)

QUESTIONS: Fields = {"questions": [{"question": "Which colour?"}, {"question": "Which size?"}]}
ASKED: Fields = {"tool_input": QUESTIONS}


def test_an_answer_becomes_the_clients_decision() -> None:
    assert decision_of({"answer": "allow", "by": "operator"}, {}) == {"behavior": "allow"}
    assert decision_of({"answer": "deny", "by": "operator"}, {}) == {
        "behavior": "deny",
        "message": "Denied by operator.",
    }
    denied = decision_of({"answer": "deny", "by": "x\ny", "words": "No.\nNever."}, {})
    assert denied["message"] == "Denied by x y: No.\nNever."
    chosen = decision_of({"answer": "choose", "choices": ["Blue", "L"]}, ASKED)
    assert chosen == {
        "behavior": "allow",
        "updatedInput": {**QUESTIONS, "answers": {"Which colour?": "Blue", "Which size?": "L"}},
    }
    nothings: list[Fields] = [{}, {"answer": "withdrawn"}, {"answer": 7}]
    for nothing in nothings:
        assert decision_of(nothing, ASKED) == {}


def test_an_answer_is_taken_once(tmp_path: Path) -> None:
    place = str(tmp_path / "r-1")
    assert take_answer(place) == {}
    (tmp_path / "r-1.answer").write_text('{"answer": "allow"}')
    assert take_answer(place) == {"answer": "allow"}
    assert take_answer(place) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_lock_nobody_holds_is_nobody(tmp_path: Path) -> None:
    (tmp_path / "answerers").mkdir()
    (tmp_path / "answerers" / "1.x").touch()
    (tmp_path / "answerers" / "2.x").symlink_to("1.x")
    assert not can_be_answered(str(tmp_path))
    assert not is_held(str(tmp_path / "gone"))


def test_a_bell_shows_that_somebody_asks(tmp_path: Path) -> None:
    spool = str(tmp_path / "spool")
    assert not is_asked(spool)
    (tmp_path / "requests").mkdir()
    assert not is_asked(spool)
    os.mkfifo(tmp_path / "requests" / "r-1.bell")
    assert is_asked(spool)


def test_a_decision_is_printed_in_the_clients_form(capsys: pytest.CaptureFixture[str]) -> None:
    print_decision({"behavior": "allow"})
    assert json.loads(capsys.readouterr().out) == {
        "hookSpecificOutput": {
            "hookEventName": "PermissionRequest",
            "decision": {"behavior": "allow"},
        }
    }
