"""Waiting in tests: on a condition, with a bound."""

import asyncio
from collections.abc import Callable


async def until(met: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return once `met()` holds; raises TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - what is waited for lies outside this process
            await asyncio.sleep(0.005)
