"""Ended tasks leave the live documents, stay readable, and come back whole when written to."""

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Presence, Task
from orchestra_core.state import ProjectState
from orchestra_core.store import archive
from orchestra_core.store.archive import archive_ended, is_due, search_archive
from orchestra_core.store.checkpoint import replay
from orchestra_core.store.client.reply_parser import as_list
from orchestra_core.store.damage import find_damage, mend_damage
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_conflict,
    a_discovery,
    a_request,
    a_task,
    an_agent,
    an_interrupt,
)
from tests.support.stores.store_watch import commit, watching


def ended(number: int) -> Task:
    task = a_task(f"task-{number:03}", f"Build part {number}")
    return replace(task, state="completed", finished_at=NOON + number, started_at=NOON)


def closed(task: Task, name: str = "auth") -> Chamber:
    return replace(a_chamber(name, task.id), state="closed")


async def end(store: Store, *numbers: int) -> None:
    """Write ended tasks with everything that can belong to one."""
    for number in numbers:
        task = ended(number)
        mail = replace(an_interrupt(f"i-{number}"), task_id=task.id, state="acted")
        discovery = replace(a_discovery(f"d-{number}"), task_id=task.id)
        conflict = replace(
            a_conflict(), id=f"{task.id}/auth|{task.id}/api", task_ids=(task.id,), state="clear"
        )
        data = EventData(
            task=task,
            chamber=closed(task),
            agent=an_agent(task_id=task.id),
            discovery=discovery,
            interrupt=mail,
            request=replace(a_request(f"r-{number}"), task_id=task.id, state="withdrawn"),
            conflict=conflict,
        )
        also = EventData(chamber=closed(task, "api"))
        events = (
            Event(at=NOON + number, kind="task.completed", task_id=task.id, data=data),
            Event(at=NOON + number, kind="chamber.closed", task_id=task.id, data=also),
        )
        await commit(store, Change(events=events))
        await store.report_presence(Presence(chamber_id=f"{task.id}/auth", state="finished"))


async def test_all_but_the_last_ended_tasks_leave_the_live_documents(store: Store) -> None:
    await end(store, *range(7))
    whole = await store.snapshot()

    assert await archive_ended(store, NOON, keep=2) == 5

    state = await store.snapshot()
    assert sorted(state.tasks) == ["task-005", "task-006"]
    assert {chamber.task_id for chamber in state.chambers.values()} == set(state.tasks)
    assert len(state.discoveries) == len(state.interrupts) == len(state.conflicts) == 2
    assert sorted(state.requests) == ["r-5", "r-6"]
    assert sorted(state.presence) == ["task-005/auth", "task-006/auth"]
    assert state.archived == 5
    again = await store.snapshot(*whole.tasks)
    assert (again.tasks, again.chambers, again.conflicts) == (
        whole.tasks,
        whole.chambers,
        whole.conflicts,
    )
    assert await store.client.call("EXISTS", store.keys.activity("task-000/auth")) == 0
    assert await find_damage(store) == []


async def test_the_history_gives_the_state_with_the_archive_and_a_follower_sees_it(
    store: Store,
) -> None:
    async with watching(store) as watch:
        await end(store, *range(5))
        await archive_ended(store, NOON, keep=1)
        state = await store.snapshot()
        await watch.until(lambda seen: seen.state.seq == state.seq)

        assert watch.state.tasks == state.tasks
        assert watch.state.archived == state.archived == 4
    replayed = ProjectState()
    for event in await store.events():
        assert replayed.apply(event)
    replayed.presence = state.presence
    assert replayed == state


async def test_the_archive_is_read_page_by_page_the_newest_first(store: Store) -> None:
    await end(store, *range(6))
    await archive_ended(store, NOON, keep=1)

    pages = [
        [archived.task.id for archived in await store.archive_page(skip, 2)] for skip in (0, 2, 4)
    ]
    task_ids = [archived.task.id async for archived in search_archive(store, "PART 3")]

    assert pages == [["task-004", "task-003"], ["task-002", "task-001"], ["task-000"]]
    assert task_ids == ["task-003"]


async def test_an_archived_task_is_read_as_if_it_were_live(store: Store) -> None:
    await end(store, 1, 2)
    await archive_ended(store, NOON, keep=0)
    reads = Reads(store.client, store.keys)

    assert await reads.task("task-001") == ended(1)
    assert await reads.chamber("task-001/auth") == closed(ended(1))
    assert await reads.chamber("task-001/none") is None
    assert await reads.task("task-009") is None
    assert [chamber.name for chamber in await reads.chambers_of("task-001")] == ["api", "auth"]


async def test_a_change_to_an_archived_task_brings_it_back_whole(store: Store) -> None:
    await end(store, 1, 2)
    whole = await store.snapshot()
    await archive_ended(store, NOON, keep=0)

    async def reopen(reads: Reads) -> Change:
        task = await reads.task("task-001")
        assert task is not None
        data = EventData(task=replace(task, state="open"))
        return Change(events=(Event(at=NOON, kind="task.reopened", task_id=task.id, data=data),))

    committed = await store.transact(reopen)

    state = await store.snapshot()
    assert state.tasks == {"task-001": replace(ended(1), state="open")}
    assert state.chambers == {
        name: chamber for name, chamber in whole.chambers.items() if chamber.task_id == "task-001"
    }
    assert list(state.interrupts) == ["i-1"]
    assert state.archived == 1
    assert [event.kind for event in committed.events] == [
        "task.recalled",
        "task.recalled",
        "task.reopened",
    ]
    assert tuple(await store.last_events(3)) == committed.events
    replayed = ProjectState()
    for event in await store.events():
        replayed.apply(event)
    assert replace_presence(state) == replayed
    assert await find_damage(store) == []


def replace_presence(state: ProjectState) -> ProjectState:
    state.presence = {}
    return state


async def test_a_decision_on_an_archived_task_is_made_again_when_it_comes_back(
    store: Store,
) -> None:
    await end(store, 1)
    await archive_ended(store, NOON, keep=0)
    seen = list[str]()

    async def reopen(reads: Reads) -> Change:
        task = await reads.task("task-001")
        assert task is not None
        seen.append(task.summary)
        if len(seen) == 1:
            await commit_after_reading(store, replace(task, summary="meanwhile"))
        data = EventData(task=replace(task, state="open"))
        return Change(events=(Event(at=NOON, kind="task.reopened", task_id=task.id, data=data),))

    await store.transact(reopen)

    assert seen == ["", "meanwhile"]


async def commit_after_reading(store: Store, task: Task) -> None:
    async def decide(reads: Reads) -> Change:
        await reads.task(task.id)
        event = Event(at=NOON, kind="task.reopened", task_id=task.id, data=EventData(task=task))
        return Change(events=(event,))

    await store.transact(decide)


async def test_a_chamber_added_while_another_task_goes_into_the_archive_is_noticed(
    store: Store,
) -> None:
    await end(store, 1)
    await commit(store, Change(events=(creating("auth"),)))
    counts = list[int]()

    async def count(reads: Reads) -> Change:
        counts.append(len(await reads.chambers_of("add-login-1a2b")))
        if len(counts) == 1:  # two chambers go and two come: their number is what it was
            await archive_ended(store, NOON, keep=0)
            await commit(store, Change(events=(creating("api"), creating("web"))))
        return Change(events=())

    await store.transact(count)

    assert counts == [1, 3]


def creating(name: str) -> Event:
    return Event(at=NOON, kind="chamber.reserved", data=EventData(chamber=a_chamber(name)))


async def test_a_task_that_still_has_work_or_unread_mail_is_not_archived(store: Store) -> None:
    await end(store, 1, 2, 3)
    mail = replace(an_interrupt("i-9"), task_id="task-001")
    standing = replace(a_chamber("db", "task-002"), state="live")
    for data in (EventData(interrupt=mail), EventData(chamber=standing)):
        await commit(store, Change(events=(Event(at=NOON, kind="interrupt.sent", data=data),)))

    await archive_ended(store, NOON, keep=0)

    assert sorted((await store.snapshot()).tasks) == ["task-001", "task-002"]


async def test_archiving_is_due_once_there_are_more_ended_tasks_than_are_kept(store: Store) -> None:
    state = ProjectState()
    for number in range(archive.KEPT + archive.SLACK):
        state.put(ended(number))
    assert not is_due(state)
    state.put(ended(99))
    assert is_due(state)


async def test_a_task_s_history_is_read_without_what_came_before(store: Store) -> None:
    hour = 3_600_000
    for number in range(20):
        task = replace(
            a_task(f"task-{number:03}"),
            state="completed",
            started_at=NOON + 10 * number * hour,
            finished_at=NOON + (10 * number + 1) * hour,
        )
        events = tuple(
            Event(at=at, kind="task.started", task_id=task.id, data=EventData(task=task))
            for at in (task.started_at, task.finished_at)
        )
        await commit(store, Change(events=events))
    task = (await store.snapshot()).tasks["task-007"]

    assert [event.seq for event in await store.events_of(task)] == [15, 16]
    assert [event.seq for event in await store.events_of(replace(task, id="task-000"))] == []


async def test_a_lost_hash_is_mended_beside_an_archive(store: Store) -> None:
    await end(store, *range(4))
    await archive_ended(store, NOON, keep=2)
    whole = await store.snapshot()
    await store.client.call("DEL", store.keys.documents("chambers"))
    for damage in await find_damage(store):
        assert await mend_damage(store, damage)

    assert await store.snapshot() == whole
    assert (await replay(store)).archived == 2


async def test_thousands_go_in_batches(store: Store) -> None:
    tasks = [ended(number) for number in range(1, 120)]
    events = tuple(
        Event(at=NOON, kind="task.completed", task_id=task.id, data=EventData(task=task))
        for task in tasks
    )
    await commit(store, Change(events=events))

    assert await archive_ended(store, NOON, keep=9) == 110
    assert as_list(await store.client.call("HKEYS", store.keys.archive))
    assert (await store.snapshot()).archived == 110
