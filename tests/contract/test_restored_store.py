"""A store that was put back to an older dump: everyone who follows it shows what it holds now."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from orchestra_core.events import decode_event, encode_event
from orchestra_core.models import Task
from orchestra_core.settings import Settings
from orchestra_core.store.documents import encode
from orchestra_core.store.follow import Disconnected, Snapshot
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from orchestra_tui.backend.store_follower import StoreFollower
from tests.support.commands.run_command import line_of, orchestra_running
from tests.support.gallery.pictures import text_of
from tests.support.gallery.scenes import MIDDLE, FixedTools
from tests.support.git.repositories import small_repository
from tests.support.room.headless_room import HeardApp
from tests.support.samples.documents import a_task, starting
from tests.support.stores.store_watch import commit, watching
from tests.support.stores.valkey import Server, running_server, server_binaries
from tests.support.waiting import until

BINARIES = server_binaries()
PROJECT = "shop-3f9a1c2e"


@pytest.fixture(params=sorted(BINARIES, reverse=True))
def dumping_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that keeps nothing but the dump that SAVE writes."""
    with running_server(BINARIES[str(request.param)], "--appendonly", "no") as server:
        yield server


@pytest.fixture
def named(dumping_server: Server, tmp_path: Path) -> Settings:
    return Settings(dumping_server.url, tmp_path / "state", tmp_path, "")


def dump_of(server: Server) -> Path:
    """Save the state and return a copy of the dump."""
    assert server.command("SAVE") == b"+OK\r\n"
    return Path(shutil.copy(server.directory / "dump.rdb", server.directory / "older.rdb"))


def put_back(server: Server, dump: Path) -> None:
    """Kill the server and start it with an older dump."""
    server.kill()
    shutil.copy(dump, server.directory / "dump.rdb")
    server.start()


def tasks(*names: str) -> list[Task]:
    return [a_task(f"{name}-0001", f"Build the {name}") for name in names]


async def start_all(store: Store, *names: str) -> None:
    for task in tasks(*names):
        await commit(store, starting(task))


@pytest.mark.parametrize(
    "instead", [("x",), ("x", "y"), ("x", "y", "z")], ids=["fewer", "as-many", "more"]
)
async def test_a_follower_of_lost_events_takes_a_new_snapshot(
    dumping_server: Server, named: Settings, instead: tuple[str, ...]
) -> None:
    async with open_store(PROJECT, named) as store, watching(store) as watch:
        await start_all(store, "cart")
        dump = dump_of(dumping_server)
        await start_all(store, "lost", "gone")
        await watch.until(lambda seen: seen.state.seq == 3)

        put_back(dumping_server, dump)
        # Before the follower looks again, others have put as many events in the place of the lost.
        async with open_store(PROJECT, named) as other:
            await start_all(other, *instead)
        await watch.until(lambda seen: isinstance(seen.seen[-1], Disconnected))
        await watch.until(lambda seen: isinstance(seen.seen[-1], Snapshot))

        assert watch.state == await store.snapshot()
        assert set(watch.state.tasks) == {task.id for task in tasks("cart", *instead)}


async def test_a_follower_of_a_whole_store_reads_on_without_a_snapshot(
    dumping_server: Server, named: Settings
) -> None:
    async with open_store(PROJECT, named) as store, watching(store) as watch:
        await start_all(store, "cart", "till")
        await watch.until(lambda seen: seen.state.seq == 2)
        put_back(dumping_server, dump_of(dumping_server))
        async with open_store(PROJECT, named) as other:
            await start_all(other, "desk")
        await watch.until(lambda seen: seen.state.seq == 3)

        assert [type(update) for update in watch.seen].count(Snapshot) == 1


async def test_another_event_of_the_same_number_is_noticed_when_it_rings(
    dumping_server: Server, named: Settings
) -> None:
    async with open_store(PROJECT, named) as store, watching(store) as watch:
        await start_all(store, "cart")
        await watch.until(lambda seen: seen.state.seq == 1)
        # As on a cluster's node that became a replica: its subscribers stay connected.
        keys = store.keys
        await store.client.call("DEL", keys.sequence, keys.stream, keys.documents("tasks"))
        await start_all(store, "till", "desk")
        await watch.until(lambda seen: seen.state.seq == 2)

        assert set(watch.state.tasks) == {task.id for task in tasks("till", "desk")}
        assert Disconnected not in {type(update) for update in watch.seen}


async def test_a_stream_without_nonces_is_followed_and_goes_on(
    dumping_server: Server, named: Settings
) -> None:
    async with open_store(PROJECT, named) as store:
        await append_as_before(store, 1)
        async with watching(store) as watch:
            await start_all(store, "till")
            await watch.until(lambda seen: seen.state.seq == 2)
            await append_as_before(store, 3)
            await start_all(store, "desk")
            await watch.until(lambda seen: seen.state.seq == 4)
            dumping_server.command("CLIENT", "KILL", "TYPE", "pubsub")
            await start_all(store, "shelf")
            await watch.until(lambda seen: seen.state.seq == 5)

            assert [type(update) for update in watch.seen].count(Snapshot) == 1
            old = [event.seq for event in await store.events() if not event.nonce]
            assert old == [1, 3]


async def test_events_that_follow_say_what_was_lost_and_print_what_took_its_place(
    dumping_server: Server, named: Settings, tmp_path: Path
) -> None:
    shop = small_repository(tmp_path / "shop")
    where = replace(named, project=PROJECT)
    options = ("events", "--follow", "--json")
    async with open_store(PROJECT, named) as store:
        await start_all(store, "cart")
        dump = dump_of(dumping_server)
        await start_all(store, "lost", "gone")
        with orchestra_running(shop.path, where, *options, ORCHESTRA_PROJECT=PROJECT) as command:
            assert [decode_event(line_of(command)).seq for _ in range(3)] == [1, 2, 3]
            put_back(dumping_server, dump)
            async with open_store(PROJECT, named) as other:
                await start_all(other, "till", "desk", "shelf")
            printed = [decode_event(line_of(command)) for _ in range(3)]
            command.terminate()
            assert command.stderr is not None
            said = command.stderr.read()

    assert [line.task_id for line in printed] == [
        task.id for task in tasks("till", "desk", "shelf")
    ]
    assert "the store has lost the events after 1; what follows takes their place" in said


async def append_as_before(store: Store, number: int) -> None:
    """Do what the script of an older version does."""
    task = a_task(f"old-{number}")
    event = encode_event(msgspec.structs.replace(starting(task).events[0], seq=number))
    await store.client.call("XADD", store.keys.stream, f"{number}-0", "e", event)
    await store.client.call("SET", store.keys.sequence, number)
    await store.client.call("HSET", store.keys.documents("tasks"), task.id, encode(task))
    await store.client.call("PUBLISH", store.keys.channel, event)


async def test_the_room_shows_what_the_restored_store_holds(
    dumping_server: Server, named: Settings
) -> None:
    source = StoreFollower(PROJECT, replace(named, project=PROJECT))
    app = HeardApp(PROJECT, source, FixedTools())
    async with open_store(PROJECT, named) as store, app.run_test(size=MIDDLE) as pilot:
        await start_all(store, "cart")
        dump = dump_of(dumping_server)
        await start_all(store, "lost", "gone")
        await until(lambda: "Build the gone" in text_of(app.export_screenshot()))

        put_back(dumping_server, dump)
        async with open_store(PROJECT, named) as other:
            await start_all(other, "till", "desk")
        await until(lambda: "Build the desk" in text_of(app.export_screenshot()))
        await pilot.pause()

        shown = text_of(app.export_screenshot())
        assert "Build the till" in shown
        assert "Build the cart" in shown
        assert "Build the lost" not in shown
        assert "Build the gone" not in shown
        assert "live" in shown
