"""A Sentinel or a cluster says where the project's data is, and is asked again when it moves."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import Settings
from orchestra_core.store.client import redis_client
from orchestra_core.store.open_store import open_store
from tests.support.samples.documents import a_task, starting
from tests.support.stores.scripted_server import Reply, bulk, scripted_server
from tests.support.stores.store_watch import commit, watching
from tests.support.stores.valkey import (
    Server,
    free_port,
    running_sentinel,
    running_server,
    server_binaries,
)
from tests.support.waiting import until

BINARIES = server_binaries()


@pytest.fixture(params=sorted(BINARIES, reverse=True))
def cluster(request: pytest.FixtureRequest) -> Iterator[Server]:
    options = ("--cluster-enabled", "yes", "--bind", "127.0.0.1")
    with running_server(BINARIES[str(request.param)], *options, port=free_port()) as server:
        yield server


@pytest.fixture
def no_settings(tmp_path: Path) -> Settings:
    return Settings("", tmp_path / "state", tmp_path, "")


async def test_a_project_uses_the_cluster_node_that_owns_its_slot(
    cluster: Server, no_settings: Settings
) -> None:
    slots = [str(slot) for slot in range(16_384)]
    cluster.command("CLUSTER", "ADDSLOTS", *slots)
    await until(lambda: b"cluster_state:ok" in cluster.command("CLUSTER", "INFO"))
    url = f"redis+cluster://127.0.0.1:1,127.0.0.1:{cluster.port}"

    async with (
        open_store("p", replace(no_settings, redis_url=url)) as store,
        watching(store) as watch,
    ):
        await commit(store, starting())
        await store.stamp_interrupt("nobody", "posted", at=1, actor="")
        await watch.until(lambda seen: seen.state.seq == 1)

        assert watch.state == await store.snapshot()


async def test_a_cluster_without_an_owner_of_the_slot_is_a_one_line_error(
    cluster: Server, no_settings: Settings
) -> None:
    url = f"redis+cluster://127.0.0.1:{cluster.port}"

    with pytest.raises(StoreUnavailable, match=r"no cluster node was found: .* knows of none"):
        async with open_store("p", replace(no_settings, redis_url=url)):
            pass


async def test_a_plain_url_that_leads_to_a_cluster_is_a_one_line_error(
    cluster: Server, no_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "PAUSES", (0.0,))
    url = f"redis://127.0.0.1:{cluster.port}"
    async with open_store("p", replace(no_settings, redis_url=url)) as store:
        with pytest.raises(StoreUnavailable, match=r"its cluster is down|is part of a cluster"):
            await commit(store, starting())


@pytest.fixture(params=sorted(BINARIES, reverse=True))
def watched(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """A primary with a Sentinel that knows it as `room`."""
    binary = BINARIES[str(request.param)]
    with (
        running_server(binary) as primary,
        running_sentinel(binary, "room", primary.listen()) as sentinel,
    ):
        yield primary, sentinel


async def test_the_sentinel_is_asked_for_the_primary(
    watched: tuple[Server, Server], no_settings: Settings
) -> None:
    url = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{watched[1].port}/room"

    async with open_store("p", replace(no_settings, redis_url=url)) as store:
        await commit(store, starting())
        assert (await store.snapshot()).seq == 1


async def test_a_sentinel_that_does_not_answer_is_skipped(
    watched: tuple[Server, Server], no_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "CONNECT_SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        hosts = f"127.0.0.1:{silent.getsockname()[1]},127.0.0.1:{watched[1].port}"

        url = f"redis+sentinel://{hosts}/room"
        async with open_store("p", replace(no_settings, redis_url=url)) as store:
            await commit(store, starting())


async def test_after_a_failover_the_client_uses_the_new_primary_and_loses_nothing(
    valkey_server: Server, no_settings: Settings
) -> None:
    binary = valkey_server.binary
    with (
        running_server(binary, port=free_port()) as primary,
        running_server(binary, port=free_port()) as replica,
    ):
        replica.command("REPLICAOF", "127.0.0.1", str(primary.port))
        await until(lambda: b"master_link_status:up" in replica.command("INFO", "replication"))
        with running_sentinel(binary, "room", primary.port) as sentinel:
            await _follow_a_failover(no_settings, primary, replica, sentinel)


async def _follow_a_failover(
    settings: Settings, primary: Server, replica: Server, sentinel: Server
) -> None:
    url = f"redis+sentinel://127.0.0.1:{sentinel.port}/room"
    async with (
        open_store("p", replace(settings, redis_url=url)) as store,
        watching(store) as watch,
    ):
        await commit(store, starting(a_task("before-1")))
        await watch.until(lambda seen: seen.state.seq == 1)
        sentinel.command("SENTINEL", "SET", "room", "down-after-milliseconds", "300")
        at_replica = str(replica.port).encode()
        await until(lambda: at_replica in sentinel.command("SENTINEL", "REPLICAS", "room"), 30)
        await until(lambda: replica.command("XLEN", store.keys.stream) == b":1\r\n")
        primary.kill()
        await until(lambda: b"role:master" in replica.command("INFO", "replication"), 30)
        await commit(store, starting(a_task("after-2")))
        await watch.until(lambda seen: seen.state.seq == 2)

        assert list(watch.state.tasks) == ["before-1", "after-2"]
        assert watch.state == await store.snapshot()


async def test_a_service_unknown_to_the_sentinel_is_a_one_line_error(
    watched: tuple[Server, Server], no_settings: Settings
) -> None:
    url = f"redis+sentinel://127.0.0.1:{watched[1].port}/kitchen"

    with pytest.raises(StoreUnavailable, match=r"no service 'kitchen' was found"):
        async with open_store("p", replace(no_settings, redis_url=url)):
            pass


async def test_a_primary_that_became_a_replica_is_replaced_by_the_new_primary(
    own_server: Server, valkey_server: Server, no_settings: Settings
) -> None:
    places = [own_server.listen()]

    def sentinel(_: list[str]) -> Reply:
        port = str(places[-1])
        return b"*2\r\n" + bulk("127.0.0.1") + bulk(port)

    async with scripted_server(sentinel, tcp=True) as sentinel_url:
        url = sentinel_url.replace("redis:", "redis+sentinel:") + "/room"
        async with open_store("p", replace(no_settings, redis_url=url)) as store:
            await commit(store, starting(a_task("one-1")))
            with running_server(valkey_server.binary) as successor:
                places.append(successor.listen())
                own_server.command("REPLICAOF", "127.0.0.1", "1")
                await commit(store, starting(a_task("two-2")))

                assert list((await store.snapshot()).tasks) == ["two-2"]


async def test_a_failover_in_course_is_named_with_how_often_it_was_tried(
    watched: tuple[Server, Server], no_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "PAUSES", (0.0, 0.01, 0.01))
    primary, sentinel = watched
    url = f"redis+sentinel://127.0.0.1:{sentinel.port}/room"
    line = r"cannot be used: failing over, repeated 3 times \(.+\); wait until another server"

    async with open_store("p", replace(no_settings, redis_url=url)) as store:
        primary.kill()
        with pytest.raises(StoreUnavailable, match=line):
            await store.snapshot()
    # The same for one that begins now: the Sentinel answers, and what it names does not.
    with pytest.raises(StoreUnavailable, match=line):
        async with open_store("p", replace(no_settings, redis_url=url)):
            pass
