"""The daemon hands out what another process has answered, and notices hooks that end."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
from msgspec.structs import replace

from orchestra_core.errors import StoreUnavailable
from orchestra_core.models import WorkerRequest
from orchestra_server.domain.workers.requests import RequestAnswer, answered
from orchestra_server.files.requests.answer_files import REQUESTS_IN_GIT, waiting_ids
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests import serve_requests as module
from orchestra_server.usecases.requests.record_request import record_request
from orchestra_server.usecases.requests.serve_requests import RequestService
from tests.support.conductor.tasks import chamber_of
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_request
from tests.support.stores.store_watch import commit
from tests.support.waiting import until, until_awaited


@pytest.fixture
async def bell(context: Context, task_id: str, auth: TestRepository) -> int:
    """The bell of a hook that waits for the recorded request r-1."""
    assert auth.path.exists()
    descriptor = hung(context, "r-1")
    request = replace(a_request(), task_id=task_id)
    await record_request(context.store, context.project.git_dir, request)
    return descriptor


def hung(context: Context, request_id: str) -> int:
    folder = context.project.git_dir / REQUESTS_IN_GIT
    folder.mkdir(parents=True, exist_ok=True)
    os.mkfifo(folder / f"{request_id}.bell")
    return os.open(folder / f"{request_id}.bell", os.O_RDWR | os.O_NONBLOCK)


@asynccontextmanager
async def on_duty(context: Context) -> AsyncGenerator[RequestService]:
    duty = RequestService(context.store, context.project, context.clock)
    task = asyncio.create_task(duty.run())
    duty.take_state(await context.store.snapshot())
    try:
        yield duty
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def recorded(context: Context) -> WorkerRequest:
    return (await context.store.snapshot()).requests["r-1"]


async def is_over(context: Context) -> bool:
    return not (await recorded(context)).is_open


async def answer_elsewhere(context: Context, answer: RequestAnswer) -> None:
    """Commit what a process commits that dies before it hands the answer out."""
    request = await recorded(context)
    chamber = await chamber_of(context, request.task_id, "auth")
    _, change = answered(request, chamber, answer, at=context.clock(), actor="operator")
    await commit(context.store, change)


async def test_an_answer_that_its_author_did_not_hand_out_is_handed_out(
    context: Context, bell: int
) -> None:
    async with on_duty(context) as duty:
        await answer_elsewhere(context, RequestAnswer("allow-like"))
        duty.take_state(await context.store.snapshot())
        place = context.project.git_dir / REQUESTS_IN_GIT / "r-1.answer"
        await until(place.exists)
        assert json.loads(place.read_bytes())["answer"] == "allow"
        folder = context.project.git_dir / "orchestra" / "allowed"
        await until(lambda: any(folder.glob("*_auth.json")))
    os.close(bell)


async def test_the_end_of_a_hook_withdraws_its_request(context: Context, bell: int) -> None:
    async with on_duty(context):
        assert not await is_over(context)
        os.close(bell)
        await until_awaited(lambda: is_over(context))
    assert (await recorded(context)).note == "its client no longer asks"
    assert waiting_ids(context.project.git_dir) == []


async def test_a_hook_that_ended_before_the_daemon_began_is_noticed(
    context: Context, bell: int
) -> None:
    os.close(bell)
    async with on_duty(context):
        await until_awaited(lambda: is_over(context))


async def test_requests_of_another_clone_are_left_alone(context: Context, bell: int) -> None:
    os.close(bell)
    state = await context.store.snapshot()
    for chamber in state.chambers.values():
        state.put(replace(chamber, clone="another"))
    async with on_duty(context) as duty:
        duty.take_state(state)
        other = hung(context, "r-2")
        os.close(other)
        await looked(duty)
    assert not await is_over(context)


async def looked(duty: RequestService) -> None:
    """Let a duty look once more."""
    duty.take_events(())
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_bell_that_a_hook_left_before_its_request_was_recorded_is_removed(
    context: Context, bell: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.close(hung(context, "r-7"))
    monkeypatch.setattr(module, "_UNRECORDED_S", -1.0)
    async with on_duty(context):
        await until(lambda: waiting_ids(context.project.git_dir) == ["r-1"])
    os.close(bell)


async def test_a_store_that_is_away_is_tried_again(
    context: Context, bell: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.close(bell)
    failures = ["first"]
    real = module.withdraw_requests

    async def fails_once(*given: object) -> list[WorkerRequest]:
        if failures:
            raise StoreUnavailable(failures.pop())
        return await real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "withdraw_requests", fails_once)
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    async with on_duty(context):
        await until_awaited(lambda: is_over(context))
    assert failures == []


async def test_rules_that_could_not_be_written_are_written_later(
    context: Context,
    bell: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    folder = context.project.git_dir / "orchestra" / "allowed"
    await answer_elsewhere(context, RequestAnswer("allow-like"))
    folder.write_text("in the way")
    async with on_duty(context):
        await until(lambda: str(folder) in caplog.text)
        folder.unlink()
        await until(lambda: any(folder.glob("*_auth.json")))
    os.close(bell)
