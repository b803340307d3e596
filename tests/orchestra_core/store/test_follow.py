import asyncio

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import StoreUnavailable
from orchestra_core.events import encode_event
from orchestra_core.models import Presence
from orchestra_core.store import follow
from orchestra_core.store.client.subscription_buffer import Heard, SubscriptionBuffer
from orchestra_core.store.documents import encode
from orchestra_core.store.follow import (
    Arrived,
    ClonesHeard,
    Disconnected,
    PresenceChanged,
    Reconnected,
    Snapshot,
)
from orchestra_core.store.store import Store
from tests.support.samples.documents import a_clone, a_task, starting, task_started
from tests.support.stores.store_watch import commit, watching
from tests.support.stores.valkey import Server


async def test_a_follower_starts_with_the_whole_state(store: Store) -> None:
    await commit(store, starting())

    async with watching(store) as watch:
        assert watch.seen == [Snapshot(await store.snapshot())]


async def test_events_arrive_in_order(store: Store) -> None:
    async with watching(store) as watch:
        for number in range(5):
            await commit(store, starting(a_task(f"task-{number}")))
        await watch.until(lambda seen: seen.state.seq == 5)

        assert list(watch.state.tasks) == [f"task-{number}" for number in range(5)]
        assert watch.state == await store.snapshot()


async def test_events_of_one_batch_arrive_together(store: Store) -> None:
    async with watching(store) as watch:
        await commit(store, Change(events=starting().events * 50))
        await watch.until(lambda seen: seen.state.seq == 50)

        assert len(watch.seen) < 10


async def test_a_presence_report_arrives_once(store: Store) -> None:
    report = Presence(chamber_id="t/auth", state="working", tool="Bash", since=5)
    async with watching(store) as watch:
        await store.report_presence(report)
        await store.report_presence(report)
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 1)

        assert watch.seen.count(PresenceChanged(report)) == 1


async def test_a_lost_message_is_read_from_the_stream(store: Store) -> None:
    async with watching(store) as watch:
        await _append_silently(store, 1)
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 2)

        assert [event.seq for event in watch.events] == [1, 2]


async def test_a_lost_last_message_is_found_after_an_idle_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(follow, "LOCAL_IDLE_SECONDS", 0.05)
    async with watching(store) as watch:
        await _append_silently(store, 1)
        await watch.until(lambda seen: seen.state.seq == 1)

        assert Disconnected not in {type(update) for update in watch.seen}


async def test_a_follower_behind_the_trimmed_stream_gets_a_new_snapshot(store: Store) -> None:
    async with watching(store) as watch:
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 1)
        await _append_silently(store, 2, 3)
        await store.client.call("XTRIM", store.keys.stream, "MAXLEN", 1)
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 4)

        assert [type(update) for update in watch.seen] == [Snapshot, Arrived, Snapshot]


async def test_a_follower_gets_a_new_snapshot_after_the_state_was_wiped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(follow, "LOCAL_IDLE_SECONDS", 0.05)
    async with watching(store) as watch:
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 1)
        keys = store.keys
        await store.client.call("DEL", keys.sequence, keys.stream, keys.documents("tasks"))
        await watch.until(lambda seen: isinstance(seen.seen[-1], Snapshot))

        assert watch.state.seq == 0
        assert watch.state.tasks == {}


async def test_killed_connections_neither_lose_nor_repeat_events(
    store: Store, valkey_server: Server
) -> None:
    total = 2_000
    async with watching(store) as watch:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_write(store, valkey_server, total))
            await watch.until(lambda seen: seen.state.seq >= total)

        assert [event.seq for event in watch.events] == list(range(1, total + 1))
        actions = [event.data.action for event in watch.events]
        assert sorted(actions) == sorted(str(number) for number in range(total))
        assert sum(isinstance(update, Reconnected) for update in watch.seen) > 3
        assert watch.state == await store.snapshot()


async def test_presence_that_changed_during_an_outage_arrives_after_it(
    store: Store, valkey_server: Server
) -> None:
    async with watching(store) as watch:
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 1)
        report = Presence(chamber_id="t/auth", state="idle", since=5)
        await store.client.call("HSET", store.keys.presence, "t/auth", encode(report))
        valkey_server.command("CLIENT", "KILL", "TYPE", "pubsub")
        await watch.until(lambda seen: PresenceChanged(report) in seen.seen)

        kinds = [type(update) for update in watch.seen]
        assert kinds == [Snapshot, Arrived, Disconnected, Reconnected, PresenceChanged]


async def test_an_event_of_a_newer_version_is_an_error_and_not_skipped(store: Store) -> None:
    raw = '{"seq":1,"at":1,"kind":"task.teleported"}'
    async with watching(store) as watch:
        await store.client.call("XADD", store.keys.stream, "1-0", "e", raw)
        await store.client.call("SET", store.keys.sequence, 1)
        await store.client.call("PUBLISH", store.keys.channel, raw)
        update = await watch.next()

        assert isinstance(update, Disconnected)
        assert "upgrade Orchestra" in update.reason
    with pytest.raises(StoreUnavailable, match="upgrade Orchestra"):
        await store.events()


async def test_a_follower_gets_no_events_of_another_project(store: Store, valkey_url: str) -> None:
    async with watching(store) as watch:
        await store.client.call("PUBLISH", "orchestra:{other}:bell", '{"seq":1}')
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 1)

        assert [type(update) for update in watch.seen] == [Snapshot, Arrived]


async def _append_silently(store: Store, *numbers: int) -> None:
    """Do all that a change does but for the ringing, as when a message is lost."""
    for number in numbers:
        raw = encode_event(task_started()).decode()
        numbered = f'{{"seq":{number},{raw[1:]}'
        await store.client.call("XADD", store.keys.stream, f"{number}-0", "e", numbered)
        await store.client.call("SET", store.keys.sequence, number)


async def _write(store: Store, server: Server, total: int) -> None:
    """Commit `total` changes, ten at a time, killing every connection again and again."""
    numbers = iter(range(total))

    async def work() -> None:
        for number in numbers:
            await commit(store, Change(events=(task_started(action=str(number)),)))
            if number % 40 == 0:
                server.command("CLIENT", "KILL", "TYPE", "pubsub")
            if number % 100 == 0:
                server.command("CLIENT", "KILL", "TYPE", "normal")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(work())


async def test_an_idle_follower_looks_at_when_several_clones_were_last_heard(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "IDLE_SECONDS", 0.05)
    await store.say_heard(a_clone(), "h1", "mail", silent_ms=1)
    async with watching(store) as watch:
        await store.say_heard(a_clone("c2"), "h2", "mail", silent_ms=1)
        await watch.until(lambda seen: any(isinstance(update, ClonesHeard) for update in seen.seen))
        [heard] = [update for update in watch.seen if isinstance(update, ClonesHeard)]
        assert set(heard.heartbeats) == {a_clone().id, "c2"}


async def test_a_follower_over_a_local_socket_looks_seldom_while_it_knows_of_one_clone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, wait = list[float](), SubscriptionBuffer.wait

    async def noted(buffer: SubscriptionBuffer, seconds: float) -> list[Heard]:
        waits.append(seconds)
        return await wait(buffer, seconds)

    def all_of_it(seconds: float) -> float:
        """Stand in for the time to a moment that the duties of a process share."""
        return seconds

    monkeypatch.setattr(SubscriptionBuffer, "wait", noted)
    monkeypatch.setattr(follow, "until_tick", all_of_it)
    monkeypatch.setattr(follow, "IDLE_SECONDS", 0.05)
    assert store.client.is_local
    async with watching(store) as watch:
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 1)
        assert set(waits) == {follow.LOCAL_IDLE_SECONDS}
        for name in ("c1", "c2"):
            await store.say_heard(a_clone(name), name, "mail", silent_ms=1)
        await watch.until(lambda seen: isinstance(seen.seen[-1], ClonesHeard))
    assert set(waits) == {follow.LOCAL_IDLE_SECONDS, follow.IDLE_SECONDS}
