"""A cancelled command ends, at whatever moment the cancellation comes, and leaks nothing."""

import asyncio
import random
from collections.abc import Coroutine

from orchestra_core.settings import Settings
from orchestra_core.store.client import redis_client
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from tests.support.proofs import scaled
from tests.support.stores.valkey import Server
from tests.support.waiting import until

STEPS = 60  # turns of the loop; a command takes fewer
CALLS = scaled(600, 10_000)
CALLERS = 20
LONGEST = 0.002  # seconds; most commands are answered before


async def test_a_command_can_be_cancelled_at_every_step(store: Store) -> None:
    async def ask_for_ever() -> None:
        while True:
            await store.client.call("HVALS", store.keys.presence)

    for steps in range(STEPS * 5):
        asking = asyncio.create_task(ask_for_ever())
        for _ in range(steps % STEPS):
            await asyncio.sleep(0)
        asking.cancel()
        done, _ = await asyncio.wait([asking], timeout=60)
        assert done, f"it went on after a cancellation {steps % STEPS} turns of the loop in"
        assert asking.cancelled()


async def test_cancelling_a_call_always_takes_effect_and_leaks_no_connection(
    own_server: Server, own_settings: Settings
) -> None:
    chance, numbers = random.Random(1), iter(range(CALLS))  # noqa: S311 - the same each time

    async with open_store("p", own_settings) as store:

        async def give_up_at_random() -> None:
            for number in numbers:
                said = asyncio.create_task(_echo_for_ever(store, number))
                await asyncio.sleep(chance.uniform(0, LONGEST))
                said.cancel()
                done, _ = await asyncio.wait([said], timeout=60)
                assert done, f"call {number} went on after its cancellation"
                assert said.cancelled(), said.exception()

        async def run_out_of_time() -> None:
            for number in numbers:
                asking = _within(chance.uniform(0, LONGEST), _echo_for_ever(store, number))
                ended = asyncio.create_task(asking)
                done, _ = await asyncio.wait([ended], timeout=60)
                assert done, f"call {number} went on after its time"
                assert isinstance(ended.exception(), TimeoutError)

        async with asyncio.TaskGroup() as callers:
            for caller in range(CALLERS):
                callers.create_task(run_out_of_time() if caller % 2 else give_up_at_random())

        at_once = redis_client.AT_ONCE * 3
        said = await asyncio.gather(*(store.client.call("ECHO", str(n)) for n in range(at_once)))
        assert said == [str(n).encode() for n in range(at_once)]
        most = redis_client.AT_ONCE + 1  # and who asks
        await until(lambda: own_server.command("CLIENT", "LIST").count(b"\nid=") <= most)


async def _echo_for_ever(store: Store, number: int) -> None:
    while True:
        assert await store.client.call("ECHO", str(number)) == str(number).encode()


async def _within(seconds: float, work: Coroutine[None, None, None]) -> None:
    async with asyncio.timeout(seconds):
        await work
