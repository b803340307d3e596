"""What no answer waits for is done a moment later, once, in turn, and before the server ends."""

import asyncio
import logging

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.concurrency.background_tasks import Background


async def test_work_requested_again_before_it_starts_is_done_once() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("shown")

    background = Background()
    for _ in range(5):
        background.soon("task", work)
    assert done == []
    await background.finish()
    assert done == ["shown"]


async def test_work_with_the_same_key_runs_one_after_another() -> None:
    background, steps = Background(), list[str]()
    began = asyncio.Event()

    async def slow() -> None:
        began.set()
        for _ in range(5):
            await asyncio.sleep(0)
        steps.append("first")

    async def quick() -> None:
        steps.append("second")

    background.soon("task", slow)
    await asyncio.wait_for(began.wait(), 60)
    background.soon("task", quick)
    await background.finish()
    assert steps == ["first", "second"]


async def test_a_failure_is_logged_and_the_next_work_is_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    background, done = Background(), list[str]()

    async def refused() -> None:
        raise Refused("not now")

    async def broken() -> None:
        raise ZeroDivisionError

    async def well() -> None:
        done.append("well")

    with caplog.at_level(logging.WARNING):
        for work in (refused, broken, well):
            background.now(work)
        await background.finish()
    assert done == ["well"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
