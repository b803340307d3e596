"""The history is trimmed behind a checkpoint, and still gives the state."""

import asyncio

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Task
from orchestra_core.state import ProjectState
from orchestra_core.store.checkpoint import checkpoint_number, read_checkpoint, replay, trim_history
from orchestra_core.store.damage import find_damage, mend_damage
from orchestra_core.store.follow import Snapshot
from orchestra_core.store.keys import DOCUMENT_HASHES
from orchestra_core.store.store import DISORDER_MS, Store
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_clone,
    a_conflict,
    a_day,
    a_discovery,
    a_request,
    a_started_worker,
    a_task,
    an_agent,
    an_interrupt,
    starting,
)
from tests.support.stores.store_watch import commit, watching

HOUR = DISORDER_MS


async def end(store: Store, task: Task, at: int) -> None:
    """Write the end of a task."""
    ended = replace(task, state="completed", finished_at=at)
    event = Event(at=at, kind="task.completed", task_id=task.id, data=EventData(task=ended))
    await commit(store, Change(events=(event,)))


async def fill(store: Store) -> ProjectState:
    """Write an ended task with documents of each kind, and five hours later an open one."""
    await commit(store, starting(a_task()))
    data = EventData(
        chamber=replace(a_chamber(), state="closed"),
        agent=an_agent(),
        discovery=a_discovery(),
        interrupt=replace(an_interrupt(), state="acted"),
        request=replace(a_request(), state="withdrawn"),
        worker=replace(a_started_worker(), state="ended"),
        conflict=a_conflict(),
        clone=a_clone(),
        day=a_day(),
    )
    await commit(store, Change(events=(Event(at=NOON + 1, kind="chamber.closed", data=data),)))
    await end(store, a_task(), NOON + 2)
    task = replace(a_task("two-2"), started_at=NOON + 5 * HOUR)
    event = Event(
        at=task.started_at, kind="task.started", task_id=task.id, data=EventData(task=task)
    )
    await commit(store, Change(events=(event,)))
    return await store.snapshot()


async def kept(store: Store) -> list[int]:
    return [event.seq for event in await store.events()]


async def test_events_before_a_moment_are_removed_and_the_documents_stay(store: Store) -> None:
    whole = await fill(store)

    assert await trim_history(store, NOON + 1 + HOUR) == 1
    assert await kept(store) == [2, 3, 4]
    assert await trim_history(store, NOON + 4 * HOUR) == 2
    assert await trim_history(store, NOON + 4 * HOUR) == 0

    assert await kept(store) == [4]
    assert await store.snapshot() == await replay(store) == whole
    assert (await read_checkpoint(store)).seq == await checkpoint_number(store) == 3


async def test_a_round_removes_no_more_than_it_may(store: Store) -> None:
    await fill(store)

    assert await trim_history(store, NOON + 4 * HOUR, most=2) == 2
    assert await kept(store) == [3, 4]


async def test_events_since_the_start_of_an_open_task_stay(store: Store) -> None:
    await commit(store, starting(a_task()))
    await commit(store, starting(a_task("two-2")))
    await end(store, a_task("two-2"), NOON + 5 * HOUR)

    assert await trim_history(store, NOON + 50 * HOUR) == 0
    await end(store, a_task(), NOON + 6 * HOUR)
    assert await trim_history(store, NOON + 50 * HOUR) == 3


async def test_the_last_event_stays(store: Store) -> None:
    await commit(store, starting(a_task()))
    await end(store, a_task(), NOON)

    assert await trim_history(store, NOON + 50 * HOUR) == 1
    assert await trim_history(store, NOON + 50 * HOUR) == 0
    assert await kept(store) == [2]


async def test_an_empty_history_is_left(store: Store) -> None:
    assert await trim_history(store, NOON) == 0


@pytest.mark.parametrize("kind", DOCUMENT_HASHES)
async def test_a_lost_hash_is_written_again_from_the_checkpoint(store: Store, kind: str) -> None:
    whole = await fill(store)
    assert await trim_history(store, NOON + 4 * HOUR) == 3
    assert await find_damage(store) == []
    await store.client.call("DEL", store.keys.documents(kind))

    (damage,) = await find_damage(store)

    assert await mend_damage(store, damage)
    assert await store.snapshot() == whole
    assert await find_damage(store) == []


async def test_events_that_are_lost_behind_the_checkpoint_are_damage(store: Store) -> None:
    await fill(store)
    await trim_history(store, NOON + 4 * HOUR, most=1)
    await store.client.call("XTRIM", store.keys.stream, "MINID", 3)

    assert [damage.name for damage in await find_damage(store)] == ["lost history"]
    assert await trim_history(store, NOON + 4 * HOUR) == 0


async def test_a_lost_checkpoint_is_noticed(store: Store) -> None:
    await fill(store)
    await trim_history(store, NOON + 4 * HOUR)
    await store.client.call("DEL", store.keys.checkpoint)

    (damage,) = await find_damage(store)

    assert damage.name == "lost history"
    assert await mend_damage(store, damage)
    assert await find_damage(store) == []


@pytest.mark.parametrize("raw", ["no JSON", "[]", '"a word"', "null"])
async def test_nothing_is_removed_while_a_task_cannot_be_read(store: Store, raw: str) -> None:
    await fill(store)
    await store.client.call("HSET", store.keys.documents("tasks"), "odd", raw)

    assert await trim_history(store, NOON + 4 * HOUR) == 0
    assert await kept(store) == [1, 2, 3, 4]


async def test_nothing_is_removed_while_a_task_is_lost(store: Store) -> None:
    await fill(store)
    await store.client.call("DEL", store.keys.documents("tasks"))

    assert await trim_history(store, NOON + 4 * HOUR) == 0


async def test_only_one_of_two_concurrent_trims_removes_events(store: Store) -> None:
    whole = await fill(store)

    removed = await asyncio.gather(*(trim_history(store, NOON + 4 * HOUR) for _ in range(4)))

    assert sorted(removed) == [0, 0, 0, 3]
    assert await replay(store) == whole


async def test_a_task_that_was_opened_again_meanwhile_keeps_its_events(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store)
    snapshot = Store.snapshot

    async def overtaken(self: Store, *task_ids: str) -> ProjectState:
        state = await snapshot(self, *task_ids)
        opened = Event(at=NOON, kind="task.reopened", data=EventData(task=a_task()))
        await commit(self, Change(events=(opened,)))
        return state

    monkeypatch.setattr(Store, "snapshot", overtaken)

    assert await trim_history(store, NOON + 4 * HOUR) == 0
    assert await kept(store) == [1, 2, 3, 4, 5]


async def test_a_replay_that_is_overtaken_by_a_trim_begins_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await fill(store)
    events = Store.events

    async def overtaken(self: Store, after: int = 0, limit: int = 0) -> list[Event]:
        if not limit:
            await trim_history(self, NOON + 4 * HOUR, most=2)
        return await events(self, after, limit)

    monkeypatch.setattr(Store, "events", overtaken)

    assert await replay(store) == whole
    assert await checkpoint_number(store) == 3


async def test_a_follower_that_has_seen_what_is_trimmed_goes_on(store: Store) -> None:
    await fill(store)
    async with watching(store) as watch:
        await trim_history(store, NOON + 4 * HOUR)
        await end(store, a_task("two-2"), NOON + 6 * HOUR)
        await watch.until(lambda seen: seen.state.seq == 5)

        assert sum(isinstance(update, Snapshot) for update in watch.seen) == 1
