"""Requests that nobody needs to answer are withdrawn once, with the reason."""

import json
import os

import pytest
from msgspec.structs import replace

from orchestra_core.models import WorkerRequest
from orchestra_server.files.requests.answer_files import REQUESTS_IN_GIT
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.answer_request import answer_request
from orchestra_server.usecases.requests.record_request import record_request
from orchestra_server.usecases.requests.withdraw_requests import (
    withdraw_by_report,
    withdraw_requests,
)
from tests.support.conductor.tasks import kinds
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON, a_request


@pytest.fixture
async def asked(context: Context, task_id: str, auth: TestRepository) -> list[WorkerRequest]:
    """Two requests of the worker in `auth`, each with a bell."""
    assert auth.path.exists()
    folder = context.project.git_dir / REQUESTS_IN_GIT
    folder.mkdir(parents=True)
    requests = [replace(a_request(f"r-{n}", f"run {n}"), task_id=task_id) for n in (1, 2)]
    for request in requests:
        os.mkfifo(folder / f"{request.id}.bell")
        await record_request(context.store, context.project.git_dir, request)
    return requests


async def reported(context: Context, event: str, **fields: object) -> None:
    payload = {"hook_event_name": event, "session_id": "s1", **fields}
    raw = b"/repo\0/repo\0claude\0" + json.dumps(payload).encode()
    written_ns = (NOON + 60_000) * 1_000_000
    git_dir = context.project.git_dir
    await withdraw_by_report(context.store, git_dir, raw, written_ns, context.clock)


async def states(context: Context) -> list[str]:
    requests = (await context.store.snapshot()).requests
    return [requests[key].state for key in sorted(requests)]


async def test_only_open_requests_are_withdrawn(
    context: Context, asked: list[WorkerRequest]
) -> None:
    store, git_dir = context.store, context.project.git_dir
    await answer_request(context, request_id="r-1", answer="allow")
    ids = ["r-1", "r-2", "r-9"]
    (ended,) = await withdraw_requests(store, git_dir, ids, "why", context.clock)
    assert (ended.id, ended.note) == ("r-2", "why")
    assert await withdraw_requests(store, git_dir, ids, "why", context.clock) == []
    assert await withdraw_requests(store, git_dir, [], "why", context.clock) == []
    assert await states(context) == ["answered", "withdrawn"]
    assert (await kinds(context)).count("request.withdrawn") == 1
    assert len(asked) == 2


async def test_only_reports_of_the_own_session_and_turn_withdraw(
    context: Context, asked: list[WorkerRequest]
) -> None:
    assert [request.session_id for request in asked] == ["s1", "s1"]
    await reported(context, "PostToolUse", tool_name="Bash", tool_input={"command": "run 3"})
    assert await states(context) == ["open", "open"]
    await reported(context, "SessionEnd", session_id="another")
    assert await states(context) == ["open", "open"]
    await reported(context, "Stop")
    assert await states(context) == ["withdrawn", "withdrawn"]


async def test_without_a_bell_no_report_is_looked_into(
    context: Context, asked: list[WorkerRequest]
) -> None:
    for bell in (context.project.git_dir / REQUESTS_IN_GIT).iterdir():
        bell.unlink()
    await reported(context, "Stop")
    assert await states(context) == ["open"] * len(asked)


async def test_what_is_no_report_withdraws_nothing(
    context: Context, asked: list[WorkerRequest]
) -> None:
    await withdraw_by_report(
        context.store, context.project.git_dir, b"\xff", NOON * 1_000_000, context.clock
    )
    assert await states(context) == ["open"] * len(asked)
