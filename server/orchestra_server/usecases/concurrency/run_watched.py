"""Runs work whose programs are watched; if cancelled, it leaves none of them running."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs

Result = TypeVar("Result")


async def run_watched(work: Coroutine[Any, Any, Result], watch: ProgramWatch) -> Result:
    """Return what `work` returns, with its programs watched.

    A cancelled caller first ends the running program, then waits for the end of the work, because a
    thread may still use what the work has locked.
    """
    with watch_programs(watch):
        task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        watch.stop.set()
        await asyncio.gather(task, return_exceptions=True)
        raise


def watch_for(tell: Callable[[str], None]) -> ProgramWatch:
    """Return a watch that calls `tell` in the running loop with each new thing to wait for."""
    loop, told = asyncio.get_running_loop(), list[str]()

    def hear(waits_for: str, _seconds: float) -> None:
        if told[-1:] != [waits_for]:
            told.append(waits_for)
            loop.call_soon_threadsafe(tell, waits_for)

    return ProgramWatch(hear)
