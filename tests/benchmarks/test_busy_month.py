"""The tasks that a month is reckoned from: whole, and alike."""

from msgspec.structs import replace

from benchmarks.busy_month import CHAMBERS, task_events
from orchestra_core.state import ProjectState
from orchestra_core.store.archive import ended_beyond
from tests.support.kills.invariants import check_history


def test_a_task_goes_through_its_whole_life_and_can_be_archived() -> None:
    state = ProjectState()
    events = [replace(event, seq=seq) for seq, event in enumerate(task_events(3), 1)]
    check_history(events)
    for event in events:
        state.apply(event)

    (archived,) = ended_beyond(state, 0)

    assert len(archived.chambers) == len(archived.agents) == CHAMBERS
    assert {mail.state for mail in archived.interrupts} == {"acted"}


def test_tasks_differ_in_their_names_only() -> None:
    assert len(list(task_events(1))) == len(list(task_events(2)))
