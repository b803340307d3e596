"""A request is answered once, by an answer that fits it, or withdrawn."""

import json

import pytest
from msgspec.structs import replace

from orchestra_core.errors import BadInput, Refused
from orchestra_core.models import WorkerRequest
from orchestra_server.domain.workers.requests import (
    RequestAnswer,
    answered,
    asked,
    check_answer,
    is_same_answer,
    withdrawn,
)
from tests.support.samples.documents import NOON, a_chamber, a_day, a_question, a_request, a_task

ALLOW = RequestAnswer("allow")


def over(answer: RequestAnswer = ALLOW, request: WorkerRequest | None = None) -> WorkerRequest:
    done, _ = answered(request or a_request(), None, answer, at=NOON + 5, actor="operator")
    return done


def test_the_event_of_a_request_is_its_workers() -> None:
    (event,) = asked(a_request()).events
    assert (event.kind, event.at, event.actor) == ("request.asked", NOON, "auth")
    assert (event.task_id, event.chamber) == ("add-login-1a2b", "auth")
    assert event.data.request == a_request()


def test_an_answer_is_kept_with_who_gave_it() -> None:
    deny = RequestAnswer("deny", words="use make test")
    done, change = answered(a_request(), a_chamber(), deny, at=NOON + 5, actor="operator")
    assert (done.state, done.answer, done.words) == ("answered", "deny", "use make test")
    assert (done.ended_at, done.answered_by, done.is_open) == (NOON + 5, "operator", False)
    (event,) = change.events
    assert (event.kind, event.actor) == ("request.answered", "operator")
    assert (event.data.request, event.data.chamber) == (done, None)


def test_allowing_the_like_adds_a_rule_to_the_chamber_once() -> None:
    like = RequestAnswer("allow-like")
    _, change = answered(a_request(), a_chamber(), like, at=NOON, actor="operator")
    ruled = change.events[0].data.chamber
    assert ruled is not None
    assert ruled.allowed == ("Bash(npm test:*)",)
    _, again = answered(a_request("r-9"), ruled, like, at=NOON, actor="operator")
    assert again.events[0].data.chamber is None


def test_only_an_open_request_can_be_answered() -> None:
    with pytest.raises(Refused, match=r"'r-1' of 'auth' was answered by operator at .*: allow; "):
        check_answer(over(), RequestAnswer("deny"))
    (event,) = withdrawn([a_request()], note="its chamber was closed", at=NOON, actor="orchestra")
    assert event.data.request is not None
    with pytest.raises(Refused, match="was withdrawn: its chamber was closed; there is nothing"):
        check_answer(event.data.request, ALLOW)


def test_an_answer_has_to_fit_what_is_asked() -> None:
    with pytest.raises(BadInput, match="'r-2' is a question, which 'allow' does not answer"):
        check_answer(a_question(), ALLOW)
    with pytest.raises(BadInput, match="asks for a permission and has no options"):
        check_answer(a_request(), RequestAnswer("choose", choices=("Blue",)))
    with pytest.raises(BadInput, match="has 1 questions and 2 answers were given"):
        check_answer(a_question(), RequestAnswer("choose", choices=("Blue", "Red")))
    with pytest.raises(BadInput, match="has no like that a rule could name"):
        check_answer(replace(a_request(), like=""), RequestAnswer("allow-like"))
    with pytest.raises(BadInput, match="has 1 questions and 0 answers were given"):
        check_answer(a_question(), RequestAnswer("choose"))
    for request, answer in (
        (a_request(), ALLOW),
        (replace(a_request(), like=""), ALLOW),
        (a_request(), RequestAnswer("deny")),
        (a_question(), RequestAnswer("choose", choices=("my own words",))),
        (a_question(), RequestAnswer("deny", words="ask later")),
        (a_request(), RequestAnswer("allow-like")),
    ):
        check_answer(request, answer)


def test_a_question_that_cannot_be_read_can_only_be_denied() -> None:
    unreadable = replace(a_question(), tool_input=json.dumps({"questions": "?"}))
    with pytest.raises(BadInput, match="has 0 questions and 1 answers were given"):
        check_answer(unreadable, RequestAnswer("choose", choices=("x",)))


def test_the_same_answer_of_the_same_caller_is_a_repeat() -> None:
    assert is_same_answer(over(), ALLOW, "operator")
    assert not is_same_answer(over(), ALLOW, "conductor")
    assert not is_same_answer(over(), RequestAnswer("deny"), "operator")
    assert not is_same_answer(a_request(), ALLOW, "")


def test_an_ended_request_is_not_withdrawn() -> None:
    events = withdrawn(
        [over(), a_request("r-3")], note="its chamber was closed", at=NOON + 9, actor="orchestra"
    )
    (event,) = events
    assert (event.kind, event.actor, event.chamber) == ("request.withdrawn", "orchestra", "auth")
    gone = event.data.request
    assert gone is not None
    assert (gone.id, gone.state, gone.ended_at) == ("r-3", "withdrawn", NOON + 9)
    assert gone.note == "its chamber was closed"


def test_a_request_about_a_limit_is_noted_in_its_account() -> None:
    for account in (a_task(), a_day("tue")):
        (event,) = asked(a_request(), account).events
        assert account in (event.data.task, event.data.day)
        assert None in (event.data.task, event.data.day)


def test_allowing_once_adds_no_rule() -> None:
    _, change = answered(a_request(), a_chamber(), ALLOW, at=NOON, actor="operator")
    assert change.events[0].data.chamber is None
