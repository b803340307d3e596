"""One call at a time is at work on a chamber; the others need not wait for it."""

import asyncio
from pathlib import Path

from orchestra_server.usecases.concurrency.chamber_lock import (
    is_chamber_locked,
    lock_chambers,
    try_lock_chamber,
)


async def test_a_name_is_locked_within_the_block_and_no_other_name_is(tmp_path: Path) -> None:
    assert not is_chamber_locked(tmp_path, "auth")
    async with lock_chambers(tmp_path, ["auth", "auth"]):
        assert is_chamber_locked(tmp_path, "auth")
        assert not is_chamber_locked(tmp_path, "api")
    assert not is_chamber_locked(tmp_path, "auth")


async def test_calls_that_name_the_same_chambers_in_another_order_do_not_block_each_other(
    tmp_path: Path,
) -> None:
    done = list[str]()

    async def work(names: list[str]) -> None:
        async with lock_chambers(tmp_path, names):
            done.append(names[0])
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(["api", "auth"]) for _ in range(5)), work(["auth", "api"]))
    assert sorted(done) == ["api"] * 5 + ["auth"]


async def test_trying_the_lock_shows_whether_somebody_else_is_at_work(tmp_path: Path) -> None:
    async with lock_chambers(tmp_path, ["auth"]):
        with try_lock_chamber(tmp_path, "auth") as is_alone:
            assert not is_alone
    with try_lock_chamber(tmp_path, "auth") as is_alone:
        assert is_alone
        assert is_chamber_locked(tmp_path, "auth")
