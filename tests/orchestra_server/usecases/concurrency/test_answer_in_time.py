"""Nobody waits for a hook without being told, and nobody waits for ever."""

import asyncio
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import run_programs
from orchestra_server.usecases.concurrency.answer_in_time import answer_in_time
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.waiting import until

COMMIT = ("commit", "--quiet", "--allow-empty", "-m", "work")


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


class Caller:
    """A caller of one piece of work that commits."""

    def __init__(self, shop: TestRepository) -> None:
        self.shop = shop
        self.announced: list[str] = []
        self.refusals: list[str] = []
        self.begun = 0

    async def commit(self) -> str:
        self.begun += 1
        try:
            ran = await asyncio.to_thread(
                run_programs, self.shop.path, *COMMIT, waits_for="git commit in chamber auth"
            )
        except Refused as fault:
            self.refusals.append(str(fault))
            raise
        return f"ended with {ran.status}"

    async def announce(self, waits_for: str) -> None:
        self.announced.append(waits_for)

    async def call(self, patience: float = 1.0) -> str:
        return await answer_in_time(
            str(self.shop.path),
            self.commit,
            announce=self.announce,
            unfinished=lambda waits_for, _seconds: f"still waits for {waits_for}",
            patience=patience,
        )


async def test_work_that_ends_in_time_is_answered_without_a_notice(
    shop: TestRepository,
) -> None:
    caller = Caller(shop)
    assert await caller.call(patience=60) == "ended with 0"
    assert caller.announced == []


async def test_a_long_hook_is_named_in_the_answer_and_a_second_call_joins_the_work(
    shop: TestRepository, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    shop.hook("pre-commit", f"while [ ! -e {go} ]; do sleep 0.05; done")
    caller = Caller(shop)
    assert await caller.call() == "still waits for git commit in chamber auth"
    assert caller.announced == ["git commit in chamber auth"]
    go.touch()
    assert await caller.call(patience=60) == "ended with 0"
    assert caller.begun == 1


async def test_cancelling_the_call_ends_the_hook(shop: TestRepository, tmp_path: Path) -> None:
    started = tmp_path / "started"
    shop.hook("pre-commit", f"touch {started}; sleep 100")
    caller = Caller(shop)
    call = asyncio.create_task(caller.call(patience=60))
    await until(started.exists)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until(lambda: bool(caller.refusals))
    assert "git commit in chamber auth was cancelled" in caller.refusals[0]
