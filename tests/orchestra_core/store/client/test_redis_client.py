"""Commands share a few connections; each gets its own answer, and gets it once."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import Settings
from orchestra_core.store.client import redis_client
from orchestra_core.store.open_store import open_store
from tests.support.stores.scripted_server import Reply, bulk, scripted_server
from tests.support.stores.valkey import Server

BEGUN: Reply = b"*2\r\n"  # an answer of two parts, of which at most the first comes


async def test_concurrent_commands_share_connections_and_each_gets_its_own_answer(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store:
        said = await asyncio.gather(*(store.client.call("ECHO", str(n)) for n in range(50)))

        assert said == [str(n).encode() for n in range(50)]
        connections = own_server.command("CLIENT", "LIST").count(b"\nid=")
        assert connections == redis_client.AT_ONCE + 1  # ours, and who asks


async def test_the_answer_to_a_cancelled_command_reaches_no_other_caller(
    own_settings: Settings,
) -> None:
    async with open_store("p", own_settings) as store:
        given_up = asyncio.create_task(store.client.call("ECHO", "for nobody"))
        await asyncio.sleep(0)
        given_up.cancel()
        waiting = asyncio.create_task(store.client.call("ECHO", "for me"))

        assert await waiting == b"for me"
        assert given_up.cancelled()


async def test_an_error_fails_its_own_command_only(
    own_settings: Settings,
) -> None:
    async with open_store("p", own_settings) as store:
        wrong = store.client.call("HGET", "one word too few")
        said = await asyncio.gather(wrong, store.client.call("ECHO", "x"), return_exceptions=True)

        assert isinstance(said[0], StoreUnavailable)
        assert said[1] == b"x"


async def test_a_command_without_an_answer_delays_no_other_and_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "ANSWER_SECONDS", 0.2)
    asked: list[str] = []

    def reply(words: list[str]) -> Reply:
        asked.append(words[-1])
        if words[0] == "INFO":
            return bulk("redis_version:7.0.0\r\n")
        return BEGUN if words[-1] == "stuck" else bulk(words[-1])

    async with scripted_server(reply) as url:
        settings = replace(Settings("", tmp_path, tmp_path, ""), redis_url=url)
        async with open_store("p", settings) as store:
            stuck, other = await asyncio.gather(
                store.client.call("ECHO", "stuck"),
                store.client.call("ECHO", "other"),
                return_exceptions=True,
            )

    assert "it does not answer" in str(stuck)
    assert other == b"other"
    assert asked.count("stuck") == 1
    assert asked.count("other") == 1


async def test_sequential_commands_use_one_connection(
    own_server: Server, own_settings: Settings
) -> None:
    async with open_store("p", own_settings) as store:
        for number in range(50):
            await store.client.call("ECHO", str(number))

        assert own_server.command("CLIENT", "LIST").count(b"\nid=") == 2  # ours, and who asks
