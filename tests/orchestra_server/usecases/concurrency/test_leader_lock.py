import asyncio
import logging
from pathlib import Path

import pytest

from orchestra_core.errors import unavailable
from orchestra_core.process.file_lock import is_locked
from orchestra_server.usecases.concurrency.leader_lock import hold_lock, run_as_leader
from tests.support.waiting import until


async def test_a_lock_is_held_within_its_block(tmp_path: Path) -> None:
    async with hold_lock(tmp_path / "lock"):
        assert is_locked(tmp_path / "lock")
    assert not is_locked(tmp_path / "lock")


async def test_a_second_holder_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []

    async def hold_second() -> None:
        async with hold_lock(tmp_path / "lock"):
            order.append("second")

    async with hold_lock(tmp_path / "lock"):
        waiting = asyncio.create_task(hold_second())
        await asyncio.sleep(0)
        order.append("first")
    await waiting
    assert order == ["first", "second"]


async def test_a_cancelled_waiter_leaves_the_lock_free(tmp_path: Path) -> None:
    async def hold_forever() -> None:
        async with hold_lock(tmp_path / "lock"):
            await asyncio.Future[None]()

    async with hold_lock(tmp_path / "lock"):
        waiting = asyncio.create_task(hold_forever())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    await until(lambda: not is_locked(tmp_path / "lock"))


async def test_the_next_leader_starts_when_the_first_ends(tmp_path: Path) -> None:
    started: list[str] = []

    async def lead(name: str) -> None:
        started.append(name)
        await asyncio.Future[None]()

    async with run_as_leader(tmp_path / "lock", lambda: lead("a"), "a"):
        await until(lambda: started == ["a"])
        async with run_as_leader(tmp_path / "lock", lambda: lead("b"), "b"):
            await asyncio.sleep(0)
            assert started == ["a"]
    await until(lambda: not is_locked(tmp_path / "lock"))  # the waiting thread may get it first
    assert started == ["a"]


async def test_a_lock_that_cannot_be_made_is_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def lead() -> None:
        raise AssertionError("nobody leads without the lock")

    lock = tmp_path / "none" / "lock"
    with caplog.at_level(logging.ERROR):
        async with run_as_leader(lock, lead, "the monitor"):
            await until(lambda: bool(caplog.messages))
    refused = unavailable(FileNotFoundError(2, "No such file or directory", lock))
    assert caplog.messages == [f"the monitor failed: {refused}"]
    assert "Traceback" not in caplog.text


async def test_a_failure_of_the_leader_is_logged_and_releases_the_lock(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR):
        failed = asyncio.Event()
        async with run_as_leader(tmp_path / "lock", fail, "the monitor", failed.set):
            await asyncio.wait_for(failed.wait(), 60)
    assert caplog.messages == ["the monitor failed; the next server takes over"]
    assert not is_locked(tmp_path / "lock")
