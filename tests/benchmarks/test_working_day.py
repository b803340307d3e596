"""The day that is replayed: the same each time, in order, and ending as it began."""

from msgspec.structs import replace

from benchmarks.rooms.working_day import DAY, Day
from orchestra_core.events import Event
from orchestra_core.state import ProjectState


def test_every_run_generates_the_same_events_in_the_same_order() -> None:
    moments = Day(0).moments()
    assert moments == Day(0).moments()
    assert [second for second, _ in moments] == sorted(second for second, _ in moments)
    assert 0 <= moments[0][0] < moments[-1][0] < DAY


def test_the_day_ends_with_all_tasks_and_chambers_closed_and_all_mail_read() -> None:
    state = ProjectState()
    events = [thing for _, thing in Day(0).moments() if isinstance(thing, Event)]
    for number, event in enumerate(events, 1):
        state.apply(replace(event, seq=number))
    assert {task.state for task in state.tasks.values()} == {"completed"}
    assert {chamber.state for chamber in state.chambers.values()} == {"closed"}
    assert {letter.state for letter in state.interrupts.values()} == {"acted"}
