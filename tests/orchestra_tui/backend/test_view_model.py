"""The view model collects updates and tells the screen in steps; the last value wins."""

import asyncio

from orchestra_core.events import Event, EventData
from orchestra_core.state import ProjectState
from orchestra_tui.backend.view_model import ViewChanges, ViewModel
from tests.support.gallery.scene_states import NOW, TASK, chamber, event, presence, task
from tests.support.waiting import until


class Screen:
    """Takes steps and remembers them, with a clock that is turned by hand."""

    def __init__(self) -> None:
        self.steps: list[ViewChanges] = []
        self.now = NOW
        self.view_model = ViewModel(self.steps.append, lambda: self.now)


def started(seq: int, number: int) -> Event:
    document = task(f"task-{number}", f"Task {number}")
    return event(seq, 0, "task.started", data=EventData(task=document))


async def test_a_snapshot_is_one_update_that_holds_the_recent_events() -> None:
    screen = Screen()
    screen.view_model.snapshot(ProjectState(seq=3), [started(3, 1)])
    await until(lambda: bool(screen.steps))
    (step,) = screen.steps
    assert step.whole
    assert [event.seq for event in step.events] == [3]
    assert screen.view_model.link == "live"


async def test_many_events_become_few_updates_and_none_is_lost() -> None:
    screen = Screen()
    screen.view_model.snapshot(ProjectState(), [])
    await until(lambda: bool(screen.steps))
    for seq in range(1, 501):
        screen.view_model.arrived([started(seq, seq)])
        await asyncio.sleep(0)
    await until(lambda: not screen.view_model.waiting)
    told = [event.seq for step in screen.steps for event in step.events]
    assert told == list(range(1, 501))
    assert len(screen.steps) < 20
    assert len(screen.view_model.state.tasks) == 500


async def test_an_event_that_is_already_known_changes_nothing() -> None:
    screen = Screen()
    screen.view_model.snapshot(ProjectState(seq=5), [])
    screen.view_model.arrived([started(4, 4), started(5, 5)])
    await until(lambda: not screen.view_model.waiting)
    assert not screen.view_model.state.tasks
    assert all(not step.events for step in screen.steps)


async def test_a_presence_report_changes_only_its_chamber() -> None:
    screen = Screen()
    screen.view_model.snapshot(ProjectState(chambers={f"{TASK}/auth": chamber("auth")}), [])
    await until(lambda: bool(screen.steps))
    screen.view_model.presence_changed(presence("auth", "Edit", "a.py", since=0))
    await until(lambda: len(screen.steps) == 2)
    assert screen.steps[1].rows.chambers == {f"{TASK}/auth"}
    assert not screen.steps[1].whole


async def test_an_outage_keeps_the_state_and_its_end_gives_the_duration() -> None:
    screen = Screen()
    screen.view_model.snapshot(ProjectState(seq=1), [])
    screen.view_model.arrived([started(2, 2)])
    await until(lambda: not screen.view_model.waiting)
    screen.view_model.disconnected("the server refuses connections")
    assert (screen.view_model.link, screen.view_model.reason) == (
        "reconnecting",
        "the server refuses connections",
    )
    assert "task-2" in screen.view_model.state.tasks
    screen.now += 1_500
    screen.view_model.reconnected()
    await until(lambda: not screen.view_model.waiting)
    assert screen.steps[-1].away == 1_500
    assert screen.view_model.link == "live"


async def test_a_store_that_was_never_reached_is_lost_and_not_reconnecting() -> None:
    screen = Screen()
    screen.view_model.disconnected("no server at localhost:6379")
    assert screen.view_model.link == "lost"
    await until(lambda: not screen.view_model.waiting)


async def test_a_closed_view_model_sends_no_update() -> None:
    screen = Screen()
    screen.view_model.snapshot(ProjectState(), [])
    screen.view_model.close()
    await asyncio.sleep(0.1)
    assert not screen.steps
