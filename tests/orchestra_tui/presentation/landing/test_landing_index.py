"""Which ready chambers can land, and what holds the others."""

from msgspec.structs import replace

from orchestra_core.worker_state import WorkerState
from orchestra_tui.presentation.landing.landing_index import LandingIndex
from tests.support.samples.documents import a_chamber, a_conflict

LIVE = replace(a_chamber("auth"), state="live")
READY = WorkerState("ready", "Done")


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
