"""Waiting in tests: on a condition, with a bound.

The bound ends a test that waits in vain. It is far above what a busy machine needs.
"""

import asyncio
from collections.abc import Awaitable, Callable

BOUND = 60.0  # seconds


async def until(met: Callable[[], bool], seconds: float = BOUND) -> None:
    """Return once `met()` holds; raises TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - what is waited for lies outside this process
            await asyncio.sleep(0.005)


async def until_awaited(met: Callable[[], Awaitable[bool]], seconds: float = BOUND) -> None:
    """Return once `await met()` holds, for what only a call can tell; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await met():  # noqa: ASYNC110 - each look is a call
            await asyncio.sleep(0.005)
