import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.state import ProjectState
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_conflict,
    a_discovery,
    a_request,
    a_started_worker,
    a_task,
    an_agent,
    an_interrupt,
    task_started,
)


def test_applying_an_event_sets_each_document_it_carries() -> None:
    data = EventData(
        task=a_task(),
        chamber=a_chamber(),
        agent=an_agent(),
        discovery=a_discovery(),
        interrupt=an_interrupt(),
        request=a_request(),
        worker=a_started_worker(),
        conflict=a_conflict(),
    )
    state = ProjectState()

    assert state.apply(Event(seq=1, at=NOON, kind="task.started", data=data))

    assert state.tasks == {a_task().id: a_task()}
    assert state.chambers == {a_chamber().id: a_chamber()}
    assert state.agents == {an_agent().id: an_agent()}
    assert state.discoveries == {"d1": a_discovery()}
    assert state.interrupts == {"i1": an_interrupt()}
    assert state.requests == {"r-1": a_request()}
    assert state.conflicts == {a_conflict().id: a_conflict()}
    assert state.seq == 1


def test_applying_an_event_again_changes_nothing() -> None:
    state = ProjectState()
    newer = msgspec.structs.replace(a_task(), summary="newer")
    state.apply(msgspec.structs.replace(task_started(newer), seq=5))

    assert not state.apply(msgspec.structs.replace(task_started(), seq=5))
    assert not state.apply(msgspec.structs.replace(task_started(), seq=4))
    assert state.tasks[newer.id] == newer


@given(st.lists(st.integers(1, 8), max_size=12))
def test_replaying_events_with_repeats_gives_the_same_state(repeats: list[int]) -> None:
    events = [
        msgspec.structs.replace(
            task_started(msgspec.structs.replace(a_task(), summary=str(seq))), seq=seq
        )
        for seq in range(1, 9)
    ]
    plain, repeated = ProjectState(), ProjectState()

    for event in events:
        plain.apply(event)
        repeated.apply(event)
        for seq in repeats:
            if seq <= event.seq:
                repeated.apply(events[seq - 1])

    assert plain == repeated


def test_the_chambers_of_a_task_come_in_creation_order() -> None:
    first, second = a_chamber("web"), replace(a_chamber("auth"), created_at=NOON + 1)
    state = ProjectState()
    for chamber in (second, first, a_chamber("auth", "another-task")):
        state.put(chamber)

    assert state.chambers_of(first.task_id) == [first, second]


def test_the_interrupts_of_a_task_or_a_chamber_come_oldest_first() -> None:
    first = an_interrupt("i2")
    second = replace(an_interrupt("i1"), chamber="web", sent_at=NOON + 1)
    state = ProjectState()
    for interrupt in (second, first, replace(an_interrupt("i3"), task_id="another-task")):
        state.put(interrupt)

    assert state.interrupts_of(first.task_id) == [first, second]
    assert state.interrupts_of(first.task_id, "web") == [second]


def test_the_open_requests_of_each_chamber_come_oldest_first() -> None:
    state = ProjectState()
    later, earlier = a_request("r-1"), replace(a_request("r-2"), asked_at=NOON - 1)
    for request in (later, earlier, replace(a_request("r-3"), state="answered")):
        state.put(request)
    assert state.open_requests_by_chamber() == {later.chamber_id: [earlier, later]}
