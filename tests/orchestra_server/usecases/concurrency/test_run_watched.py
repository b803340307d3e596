"""Watched work: what it waits for is told, and a cancelled caller leaves nothing of it running."""

import asyncio
from contextlib import suppress
from threading import Event

from orchestra_server.git.process.foreign_programs import ProgramWatch, tell_wait
from orchestra_server.usecases.concurrency.run_watched import run_watched, watch_for
from tests.support.waiting import until


async def test_each_wait_is_reported_once() -> None:
    told = list[str]()

    async def work() -> int:
        for waits_for in ("a gate", "a gate", "the setup"):
            assert await asyncio.to_thread(tell_wait, waits_for, 2.0)
        return 7

    assert await run_watched(work(), watch_for(told.append)) == 7
    await until(lambda: told == ["a gate", "the setup"])


async def test_a_cancelled_caller_waits_until_the_work_has_ended() -> None:
    begun, never, ended = Event(), Event(), Event()

    def wait() -> None:
        begun.set()
        while tell_wait("a gate", 0):
            never.wait(0.001)
        ended.set()

    watch = ProgramWatch()
    work = asyncio.create_task(run_watched(asyncio.to_thread(wait), watch))
    await until(begun.is_set)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    assert ended.is_set()
