"""Which ready chambers can land, and what holds the others."""

from msgspec.structs import replace

from orchestra_core.wording.gates import FAILS_TOGETHER
from orchestra_core.worker_state import WorkerState
from orchestra_tui.presentation.landing.landing_index import LandingIndex, hold_words
from tests.support.samples import NOON, a_chamber, a_conflict, an_interrupt

LIVE = replace(a_chamber("auth"), state="live")
READY = WorkerState("ready", "Done")


def test_what_holds_a_chamber_is_said_once_each_the_conflict_first() -> None:
    suspended = replace(LIVE, suspended_at=NOON)
    letters = [an_interrupt("i1"), an_interrupt("i2")]
    assert hold_words(suspended, [a_conflict()], letters) == (
        "conflict with database",
        "suspended",
        "critical message unread",
    )
    assert hold_words(LIVE, [], []) == ()


def test_a_gate_that_fails_holds_a_chamber_alone_or_together_with_another() -> None:
    red = replace(a_conflict(("gate tests",)), kinds=(FAILS_TOGETHER,))
    assert hold_words(LIVE, [red], []) == ("fails together with database",)
    assert hold_words(replace(LIVE, verdict="red"), [], []) == ("fails its gate",)
    assert hold_words(replace(LIVE, verdict="awaited"), [], []) == ("its gate has not run yet",)
    assert hold_words(replace(LIVE, verdict="green"), [], []) == ()


def test_a_ready_chamber_moves_between_those_that_can_land_and_those_that_are_held() -> None:
    index = LandingIndex()
    assert index.update(LIVE, READY, [], [])
    assert not index.update(LIVE, READY, [], [])
    assert (index.can_land(LIVE.task_id), index.held) == ([LIVE.id], [])
    assert index.can_land() == [LIVE.id]

    assert index.update(LIVE, READY, [a_conflict()], [])
    red = replace(LIVE, verdict="red")
    assert not index.update(red, WorkerState("held"), [], [])
    assert index.holds_of(LIVE.id) == ("fails its gate",)
    assert not index.update(LIVE, READY, [a_conflict()], [])
    assert (index.can_land(LIVE.task_id), index.held) == ([], [LIVE.id])
    assert index.holds_of(LIVE.id) == ("conflict with database",)
    assert index.can_land() == []


def test_a_chamber_whose_worker_goes_on_or_that_is_archived_is_neither() -> None:
    index = LandingIndex()
    index.update(LIVE, READY, [], [])
    assert index.update(LIVE, WorkerState("working"), [], [])
    assert not index.update(LIVE, WorkerState("working"), [], [])
    assert index.can_land(LIVE.task_id) == []
    index.update(LIVE, READY, [a_conflict()], [])
    index.forget(LIVE.task_id, [LIVE.id])
    assert (index.held, index.holds_of(LIVE.id)) == ([], ())
