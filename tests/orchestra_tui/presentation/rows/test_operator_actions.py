"""What the operator can do about a worker."""

import pytest
from msgspec.structs import replace

from orchestra_core.models import WorkerRequest
from orchestra_core.worker_state import WorkerState
from orchestra_tui.presentation.rows.operator_actions import NO_ACT, Act, act_of
from tests.support.samples.documents import a_question, a_request
from tests.support.samples.rows import LIVE

NEEDS = WorkerState("needs-you")


@pytest.mark.parametrize(
    ("worker", "requests", "act"),
    [
        (NEEDS, [a_request()], Act("allow or deny", "answer", "allow or deny")),
        (NEEDS, [a_question()], Act("choose an answer", "answer", "choose an answer")),
        (
            WorkerState("needs-you", cause="permission"),
            [],
            Act("answer in its terminal", elsewhere=True),
        ),
        (WorkerState("working"), [], NO_ACT),
        (WorkerState("ready"), [], NO_ACT),
    ],
)
def test_what_helps_a_worker(worker: WorkerState, requests: list[WorkerRequest], act: Act) -> None:
    assert act_of(LIVE, worker, requests) == act


@pytest.mark.parametrize(
    ("worker", "words", "label", "message"),
    [
        (
            WorkerState("needs-you", cause="failed"),
            "retry",
            "write to retry",
            "Continue where you stopped.",
        ),
        (
            WorkerState("needs-you", cause="critical"),
            "wake",
            "write to wake it",
            "Read them and continue.",
        ),
        (WorkerState("stuck", cause="silent"), "ask", "write to it", "then continue."),
    ],
)
def test_a_worker_that_can_be_written_to_has_words_for_when_none_are_typed(
    worker: WorkerState, words: str, label: str, message: str
) -> None:
    act = act_of(LIVE, worker, [])
    assert (act.enter, act.words, act.label) == ("write", words, label)
    assert act.message.endswith(message)


def test_nothing_helps_in_a_chamber_that_is_not_live() -> None:
    assert act_of(replace(LIVE, state="closing"), NEEDS, [a_request()]) == NO_ACT
