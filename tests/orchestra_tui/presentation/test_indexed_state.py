"""The state follows events, and says which rows they change."""

import dataclasses

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Presence, Task
from orchestra_core.worker_state import WorkerLimits
from orchestra_tui.presentation.indexed_state import ChangedRows, IndexedState
from orchestra_tui.presentation.status_text import counts
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_discovery,
    a_request,
    a_task,
    an_interrupt,
)

TASK_ID = a_task().id


def event(state: IndexedState, data: EventData) -> Event:
    return Event(seq=state.documents.seq + 1, at=NOON, kind="task.started", data=data)


def open_task(task_id: str, started_at: int) -> Task:
    return replace(a_task(task_id), started_at=started_at)


def test_open_tasks_come_first_in_order_newest_first() -> None:
    state = IndexedState()
    state.apply(event(state, EventData(task=open_task("old", 1))))
    state.apply(event(state, EventData(task=open_task("new", 2))))
    state.apply(event(state, EventData(task=replace(open_task("done", 3), state="completed"))))
    assert state.task_keys() == ["new", "old", "done"]


def test_standing_chambers_come_before_closed_ones() -> None:
    state = IndexedState()
    for name, chamber_state in (("a", "closed"), ("b", "live"), ("c", "live")):
        chamber = replace(a_chamber(name), state=chamber_state)
        state.apply(event(state, EventData(chamber=chamber)))
    assert [key.partition("/")[2] for key in state.chamber_keys(TASK_ID)] == ["b", "c", "a"]
    assert state.chamber_keys() == state.chamber_keys(TASK_ID)
    assert state.live_chambers(TASK_ID) == 2


def test_a_new_task_changes_the_order_and_a_new_phase_does_not() -> None:
    state = IndexedState()
    assert state.apply(event(state, EventData(task=a_task()))) == ChangedRows(
        tasks={TASK_ID}, task_order=True
    )
    moved = state.apply(event(state, EventData(task=replace(a_task(), phase="building"))))
    assert moved == ChangedRows(tasks={TASK_ID})
    closed = state.apply(event(state, EventData(task=replace(a_task(), state="completed"))))
    assert closed.task_order


def test_an_event_that_is_already_known_changes_nothing() -> None:
    state = IndexedState()
    first = event(state, EventData(task=a_task()))
    state.apply(first)
    assert state.apply(first) == ChangedRows()


def test_a_chamber_event_touches_its_tasks_row_and_a_mail_event_its_chambers_row() -> None:
    state = IndexedState()
    chamber = a_chamber()
    changed_rows = state.apply(event(state, EventData(chamber=chamber)))
    assert (changed_rows.tasks, changed_rows.chambers) == ({TASK_ID}, {chamber.id})
    changed_rows = state.apply(event(state, EventData(interrupt=an_interrupt())))
    assert (changed_rows.tasks, changed_rows.chambers) == (set(), {chamber.id})
    assert state.mail_of(chamber.id) == [an_interrupt()]


def test_an_interrupt_that_changes_state_is_indexed_once() -> None:
    state = IndexedState()
    state.apply(event(state, EventData(interrupt=an_interrupt())))
    delivered = replace(an_interrupt(), state="delivered", delivered_at=NOON + 5)
    state.apply(event(state, EventData(interrupt=delivered)))
    assert state.mail_of(a_chamber().id) == [delivered]


def test_open_tasks_standing_chambers_and_unread_mail_are_counted() -> None:
    state = IndexedState()
    state.apply(
        event(state, EventData(task=a_task(), chamber=a_chamber(), interrupt=an_interrupt()))
    )
    assert counts(state) == (1, 1, 1)
    state.apply(
        event(
            state,
            EventData(
                task=replace(a_task(), state="closed"),
                chamber=replace(a_chamber(), state="closed"),
                interrupt=replace(an_interrupt(), state="acted"),
            ),
        )
    )
    assert counts(state) == (0, 0, 0)


def test_a_snapshot_gives_the_same_state_as_its_events() -> None:
    followed = IndexedState()
    for data in (
        EventData(task=a_task()),
        EventData(chamber=a_chamber()),
        EventData(interrupt=an_interrupt()),
        EventData(discovery=a_discovery()),
    ):
        followed.apply(event(followed, data))
    loaded = IndexedState(dataclasses.replace(followed.documents))
    assert loaded.task_keys() == followed.task_keys()
    assert loaded.chambers_of(TASK_ID) == followed.chambers_of(TASK_ID)
    assert loaded.mail_of(a_chamber().id) == followed.mail_of(a_chamber().id)
    assert loaded.discovery_keys(TASK_ID) == followed.discovery_keys() == ["d1"]
    assert counts(loaded) == counts(followed)


def test_a_presence_report_touches_its_chambers_row() -> None:
    state = IndexedState()
    presence = Presence(chamber_id=a_chamber().id, state="working", since=NOON)
    assert state.report_presence(presence) == ChangedRows(chambers={a_chamber().id})
    assert state.presence[a_chamber().id] is presence


def test_merged_updates_touch_the_rows_of_both() -> None:
    both = ChangedRows(tasks={"a"}, chamber_order=True)
    both.add(ChangedRows(tasks={"b"}, discoveries={"d"}, discovery_order=True))
    assert both == ChangedRows(
        tasks={"a", "b"}, discoveries={"d"}, chamber_order=True, discovery_order=True
    )


def test_mail_is_overdue_when_it_has_been_unread_for_the_limit() -> None:
    state = IndexedState()
    for number in (1, 2):
        letter = replace(an_interrupt(f"i{number}"), sent_at=NOON + number)
        state.apply(event(state, EventData(interrupt=letter)))
    assert (state.overdue(NOON + 9_999), state.next_overdue(NOON)) == ([], 0)
    state.limits = WorkerLimits(unread=100)
    assert state.overdue(NOON + 100) == []
    assert state.next_overdue(NOON) == NOON + 101
    assert [interrupt.id for interrupt in state.overdue(NOON + 101)] == ["i1"]
    assert state.next_overdue(NOON + 101) == NOON + 102
    read = replace(an_interrupt("i1"), state="delivered")
    state.apply(event(state, EventData(interrupt=read)))
    assert [interrupt.id for interrupt in state.overdue(NOON + 999)] == ["i2"]
    assert state.next_overdue(NOON + 999) == 0


def test_suspended_chambers_are_counted_until_they_close() -> None:
    state = IndexedState()
    suspended = replace(a_chamber(), state="live", suspended_at=NOON)
    state.apply(event(state, EventData(chamber=suspended)))
    assert state.suspended_chambers == {suspended.id}
    state.apply(event(state, EventData(chamber=replace(suspended, state="closed"))))
    assert state.suspended_chambers == set()


def test_the_open_requests_of_a_chamber_come_oldest_first_until_they_are_over() -> None:
    state = IndexedState()
    later = replace(a_request("r-1"), asked_at=NOON + 1)
    for request in (later, a_request("r-2")):
        changed = state.apply(event(state, EventData(request=request)))
        assert changed.chambers == {later.chamber_id}
    assert [request.id for request in state.requests_of(later.chamber_id)] == ["r-2", "r-1"]
    state.apply(event(state, EventData(request=replace(later, state="answered"))))
    assert [request.id for request in state.requests_of(later.chamber_id)] == ["r-2"]
    assert state.requests_of("other") == []
    loaded = IndexedState(state.documents).requests_of(later.chamber_id)
    assert [request.id for request in loaded] == ["r-2"]
