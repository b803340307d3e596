import asyncio
from pathlib import Path

import pytest

from orchestra_core.process.file_lock import is_locked
from orchestra_server.usecases.concurrency.repository_lock import lock_repository, run_shielded


async def test_the_lock_is_held_within_its_block(tmp_path: Path) -> None:
    async with lock_repository(tmp_path):
        assert is_locked(tmp_path / "orchestra-chambers.lock")
    assert not is_locked(tmp_path / "orchestra-chambers.lock")


async def test_shielded_work_returns_its_result() -> None:
    async def answer() -> int:
        return 7

    assert await run_shielded(answer()) == 7


async def test_shielded_work_raises_its_error() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await run_shielded(fail())


async def test_shielded_work_finishes_although_its_caller_is_cancelled() -> None:
    go, finished = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await go.wait()
        finished.set()

    caller = asyncio.create_task(run_shielded(work()))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait([caller])
    go.set()
    async with asyncio.timeout(60):
        await finished.wait()
