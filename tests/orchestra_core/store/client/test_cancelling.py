"""A command that is cancelled ends, at whatever moment the cancellation comes."""

import asyncio

from orchestra_core.store.store import Store

STEPS = 60  # turns of the loop; a command takes fewer


async def test_no_moment_of_a_command_swallows_a_cancellation(store: Store) -> None:
    async def ask_for_ever() -> None:
        while True:
            await store.client.call("HVALS", store.keys.presence)

    for steps in range(STEPS * 5):
        asking = asyncio.create_task(ask_for_ever())
        for _ in range(steps % STEPS):
            await asyncio.sleep(0)
        asking.cancel()
        done, _ = await asyncio.wait([asking], timeout=5)
        assert done, f"it went on after a cancellation {steps % STEPS} turns of the loop in"
        assert asking.cancelled()
