"""What happens when the server dies, sleeps or refuses: each a clear line, and nothing is lost."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import Settings
from orchestra_core.store.client import redis_client
from orchestra_core.store.client.address import read_address
from orchestra_core.store.client.redis_client import RedisClient
from orchestra_core.store.client.reply_parser import as_bytes
from orchestra_core.store.follow import Arrived, Disconnected, Reconnected, Snapshot
from orchestra_core.store.keys import Keys
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from tests.support.samples.documents import a_task, starting, task_started
from tests.support.stores.store_watch import commit, watching
from tests.support.stores.valkey import Server, short_directory
from tests.support.waiting import until


async def test_a_change_waits_for_a_killed_server_and_is_not_lost(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store, watching(store) as watch:
        await commit(store, starting(a_task("before-1")))
        await watch.until(lambda seen: seen.state.seq == 1)
        own_server.kill()
        await watch.until(lambda seen: isinstance(seen.seen[-1], Disconnected))
        own_server.start()
        await commit(store, starting(a_task("after-2")))
        await watch.until(lambda seen: seen.state.seq == 2)

        assert any(isinstance(update, Reconnected) for update in watch.seen)
        assert list(watch.state.tasks) == ["before-1", "after-2"]
        assert watch.state == await store.snapshot()


async def test_with_a_server_killed_repeatedly_each_change_is_made_once_and_completely(
    own_server: Server, own_settings: Settings
) -> None:
    total, numbers = 400, iter(range(400))

    async with open_store("p", own_settings) as store, watching(store) as watch:

        async def work() -> None:
            for number in numbers:
                task = a_task(f"task-{number}")
                await commit(store, Change(events=(task_started(task, action=str(number)),)))
                if number % 100 == 50:
                    own_server.restart()

        async with asyncio.TaskGroup() as tasks:
            for _ in range(10):
                tasks.create_task(work())
            await watch.until(lambda seen: seen.state.seq >= total)

        actions = [int(event.data.action) for event in watch.events]
        assert sorted(actions) == list(range(total))
        assert watch.state == await store.snapshot()


async def test_following_ends_when_the_store_is_closed(own_settings: Settings) -> None:
    async with open_store("p", own_settings) as store:
        updates = store.follow()
        assert isinstance(await anext(updates), Snapshot)
        waiting = asyncio.create_task(anext(updates, None))
        await commit(store, starting())
        assert isinstance(await waiting, Arrived)
        waiting = asyncio.create_task(anext(updates, None))
        await asyncio.sleep(0)

    async with asyncio.timeout(60):
        assert await waiting is None
    with pytest.raises(StoreUnavailable, match="the store has been closed"):
        await store.snapshot()


async def test_a_killed_private_server_is_restarted(own_server: Server) -> None:
    def revive() -> None:
        if not own_server.answers():
            own_server.restart()

    client = RedisClient(read_address(own_server.url), revive)
    store = Store(client, Keys("p"))
    try:
        await commit(store, starting(a_task("before-1")))
        async with watching(store) as watch:
            own_server.kill()
            await commit(store, starting(a_task("after-2")))
            await watch.until(lambda seen: seen.state.seq == 2)

            assert list(watch.state.tasks) == ["before-1", "after-2"]
    finally:
        await client.close()


async def test_scripts_flushed_from_the_server_are_sent_again(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store:
        await commit(store, starting(a_task("one-1")))
        own_server.command("SCRIPT", "FLUSH")
        await commit(store, starting(a_task("two-2")))

        assert (await store.snapshot()).seq == 2


async def test_a_server_that_stays_down_is_a_one_line_error(
    own_server: Server, own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "PAUSES", (0.0, 0.01))
    async with open_store("p", own_settings) as store:
        own_server.kill()
        line = f"Redis at {own_server.url} cannot be used: nothing listens there; start the server"
        with pytest.raises(StoreUnavailable) as caught:
            await store.snapshot()

    assert str(caught.value).startswith(line)


async def test_a_full_disk_is_a_one_line_error_and_leaves_no_partial_change(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store:
        await commit(store, starting(a_task("one-1")))
        # A snapshot that cannot be saved makes the server refuse writes, as a full disk does.
        (own_server.directory / "dump.rdb" / "in-the-way").mkdir(parents=True)
        own_server.command("CONFIG", "SET", "save", "3600 1")
        own_server.command("BGSAVE")
        failed = b"rdb_last_bgsave_status:err"
        await until(lambda: failed in own_server.command("INFO", "persistence"))

        with pytest.raises(StoreUnavailable, match="cannot write to its disk; free space"):
            await commit(store, starting(a_task("two-2")))

        state = await store.snapshot()
        assert (state.seq, list(state.tasks)) == (1, ["one-1"])


async def test_a_server_out_of_memory_is_a_one_line_error_and_leaves_no_partial_change(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store:
        own_server.command("CONFIG", "SET", "maxmemory", "1")

        with pytest.raises(StoreUnavailable, match="all the memory it may; raise its maxmemory"):
            await commit(store, starting())

        assert (await store.snapshot()).seq == 0


async def test_a_read_only_replica_is_a_one_line_error(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store:
        own_server.command("CONFIG", "SET", "replica-serve-stale-data", "yes")
        own_server.command("REPLICAOF", "127.0.0.1", "1")

        with pytest.raises(StoreUnavailable, match="read-only replica; name the primary"):
            await commit(store, starting())


async def test_a_missing_or_wrong_password_is_an_error_that_does_not_show_it(
    own_server: Server, own_settings: Settings
) -> None:
    own_server.command("CONFIG", "SET", "requirepass", "correct-horse")
    path = own_server.socket

    async with open_store("p", replace(own_settings, redis_url=f"unix://:correct-horse@{path}")):
        pass
    with pytest.raises(StoreUnavailable, match="it wants a password"):
        async with open_store("p", replace(own_settings, redis_url=f"unix://{path}")):
            pass
    with pytest.raises(StoreUnavailable, match="refuses the user name or password") as caught:
        async with open_store("p", replace(own_settings, redis_url=f"unix://:battery@{path}")):
            pass

    assert "battery" not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_the_error_for_a_missing_permission_names_it(
    own_server: Server, own_settings: Settings
) -> None:
    own_server.command("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@read", "+info", "+ping")
    url = f"unix://reader:pw@{own_server.socket}"
    async with open_store("p", replace(own_settings, redis_url=url)) as store:
        with pytest.raises(StoreUnavailable, match=r"the user lacks a right .*evalsha"):
            await commit(store, starting())


async def test_followers_get_every_event_after_the_private_valkey_was_killed(
    tmp_path: Path,
) -> None:
    with short_directory() as runtime:
        settings = Settings("", tmp_path / "state", runtime, "")
        async with open_store("p", settings) as store, watching(store) as watch:
            for number in range(3):
                await commit(store, starting(a_task(f"before-{number}")))
                await watch.until(lambda seen, seq=2 * number + 1: seen.state.seq == seq)
                info = as_bytes(await store.client.call("INFO", "server")).decode()
                os.kill(int(info.partition("process_id:")[2].split()[0]), signal.SIGKILL)
                await watch.until(lambda seen: isinstance(seen.seen[-1], Disconnected))
                await commit(store, starting(a_task(f"after-{number}")))
                await watch.until(lambda seen, seq=2 * number + 2: seen.state.seq == seq)

            assert watch.state == await store.snapshot()
            assert [event.seq for event in watch.events] == list(range(1, 7))
