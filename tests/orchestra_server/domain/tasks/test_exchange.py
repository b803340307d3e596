"""What clones tell each other of a task's chambers."""

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.models import Chamber, Task
from orchestra_core.state import ProjectState
from orchestra_server.domain.tasks import exchange
from tests.support.samples.documents import NOON, a_chamber, a_task

COMPLETING = replace(
    a_task(), state="completing", ending="merge", completing_clone="here", completing_at=NOON
)
AUTH = replace(a_chamber("auth"), state="live", clone="there")


def only_chamber(change: Change) -> Chamber:
    [event] = change.events
    assert event.data.chamber is not None
    return event.data.chamber


def test_a_live_chamber_of_a_task_that_another_clone_completes_is_asked_for() -> None:
    assert exchange.is_asked_for(AUTH, COMPLETING, "there")


@pytest.mark.parametrize(
    ("task", "chamber", "clone"),
    [
        (a_task(), AUTH, "there"),
        (replace(COMPLETING, ending="save"), AUTH, "there"),
        (replace(COMPLETING, ending=""), AUTH, "there"),
        (replace(COMPLETING, completing_clone="there"), AUTH, "there"),
        (replace(COMPLETING, completing_clone=""), AUTH, "there"),
        (COMPLETING, AUTH, "here"),
        (COMPLETING, replace(AUTH, state="closing"), "there"),
        (COMPLETING, replace(AUTH, handed_over=NOON), "there"),
        (replace(COMPLETING, chosen=("api",)), AUTH, "there"),
        (COMPLETING, replace(AUTH, clone="another"), "there"),
        (COMPLETING, replace(AUTH, clone="yonder"), "there"),
    ],
)
def test_any_other_chamber_is_not_asked_for(task: Task, chamber: Chamber, clone: str) -> None:
    assert not exchange.is_asked_for(chamber, task, clone)


def test_of_all_chambers_those_are_found_whose_work_another_clone_waits_for() -> None:
    state = ProjectState()
    for document in (
        COMPLETING, AUTH, replace(a_chamber("api"), state="live", clone="here"),
        replace(a_chamber("orphan", "no-such-task"), state="live", clone="there"),
    ):  # fmt: skip
        state.put(document)
    assert exchange.chambers_asked_for(state, "there") == [AUTH]


def test_an_answer_is_of_one_attempt() -> None:
    answered = only_chamber(
        exchange.handed_over(AUTH, COMPLETING, "c0ffee", "example.org/shop", at=NOON, actor="a")
    )
    assert exchange.has_answered(answered, COMPLETING)
    assert (answered.published, answered.published_on) == ("c0ffee", "example.org/shop")
    again = replace(COMPLETING, completing_at=NOON + 1)
    assert not exchange.has_answered(answered, again)
    refused = only_chamber(
        exchange.not_handed_over(answered, again, "a hook refuses", at=NOON, actor="a")
    )
    assert (exchange.has_answered(refused, again), refused.handover_fault) == (
        True,
        "a hook refuses",
    )
    assert not exchange.has_answered(refused, COMPLETING)
    assert not exchange.has_answered(AUTH, replace(COMPLETING, completing_at=0))


def test_what_was_published_is_noted_and_forgotten_once_it_is_withdrawn() -> None:
    noted = only_chamber(exchange.published(AUTH, "c0ffee", "example.org/shop", at=9, actor="a"))
    assert (noted.published, noted.published_on, noted.published_at) == (
        "c0ffee",
        "example.org/shop",
        9,
    )
    assert only_chamber(exchange.withdrawn(noted, at=10, actor="a")) == AUTH


def test_a_chamber_is_asked_to_close_with_the_commit_that_has_its_work() -> None:
    asked = only_chamber(
        exchange.asked_to_close(
            [AUTH], clone="here", landed="c0ffee", note="landed", at=9, actor="a"
        )
    )
    assert asked.is_asked_to_close
    assert (asked.state, asked.landed, asked.ended_at, asked.note) == (
        "closing",
        "c0ffee",
        9,
        "landed",
    )
