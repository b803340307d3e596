"""A store is tried as it is used, and what may lose its state is named."""

from dataclasses import replace

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import Settings
from orchestra_core.store.client.reply_parser import as_list
from orchestra_core.store.keys import Keys
from orchestra_core.store.open_store import open_store
from orchestra_core.store.self_test import ServerFacts, read_facts, try_store, warnings_of
from orchestra_core.store.store import Store
from tests.support.samples.documents import starting
from tests.support.stores.store_watch import commit
from tests.support.stores.valkey import Server, running_server, server_binaries

GOOD = ServerFacts()


async def test_a_trial_leaves_the_project_as_it_was_and_no_key_behind(store: Store) -> None:
    await commit(store, starting())
    before = await store.snapshot()
    await try_store(store)

    assert await store.snapshot() == before
    pattern = Keys("*", "trial:").stream.replace("events", "*").replace("{*}", "*")
    scanned = as_list(await store.client.call("SCAN", 0, "MATCH", pattern, "COUNT", 100_000))
    remaining = [key for key in as_list(scanned[1]) if b"operation:" not in key]  # type: ignore[operator]
    assert remaining == []


async def test_a_server_that_takes_no_writes_fails_the_trial(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store:
        own_server.command("REPLICAOF", "127.0.0.1", "1")
        own_server.command("CONFIG", "SET", "replica-serve-stale-data", "yes")

        assert [warning.risk for warning in warnings_of(await read_facts(store))] == ["replica"]
        with pytest.raises(StoreUnavailable, match="read-only replica"):
            await try_store(store)


async def test_a_durable_server_gives_no_warning(store: Store) -> None:
    assert warnings_of(await read_facts(store)) == []


async def test_a_server_that_evicts_and_keeps_nothing_gives_two_warnings() -> None:
    with running_server(server_binaries()["valkey"], "--appendonly", "no") as server:
        server.command("CONFIG", "SET", "maxmemory", "50mb")
        server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        settings = Settings(server.url, server.directory, server.directory, "")
        async with open_store("p", settings) as store:
            warned = warnings_of(await read_facts(store))

    assert [warning.risk for warning in warned] == ["eviction", "persistence"]
    assert "maxmemory-policy allkeys-lru" in warned[0].found
    assert "keeps nothing on disk" in warned[1].found


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(GOOD, policy="allkeys-lru"), ""),
        (replace(GOOD, policy="volatile-lru", limited=True), ""),
        (replace(GOOD, policy="allkeys-lfu", limited=True), "evicts keys"),
        (replace(GOOD, appends=False), "only dumps to disk now and then"),
        (replace(GOOD, appends=False, dumps=False), "after a restart every task is gone"),
        (replace(GOOD, appends=False, dumps=None), "does not say whether it dumps"),
        (replace(GOOD, replica=True), "read-only replica"),
        (replace(GOOD, ahead_ms=60_000), "clock is 60 s ahead of the server's"),
        (replace(GOOD, ahead_ms=-60_000), "clock is 60 s behind the server's"),
        (replace(GOOD, ahead_ms=2_000), ""),
    ],
)
def test_each_risk_is_named_and_has_a_remedy(facts: ServerFacts, words: str) -> None:
    warned = warnings_of(facts)

    assert len(warned) == bool(words)
    assert words in "".join(warning.found for warning in warned)
    assert all(warning.mend for warning in warned)
