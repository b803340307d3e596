"""A request in the spool becomes one document, whoever is killed in between."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.models import WorkerRequest
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests import record_request as module
from orchestra_server.usecases.requests.record_request import record_request
from tests.support.conductor.tasks import kinds
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON, a_question, a_request


@pytest.fixture
def request_of_auth(task_id: str, auth: TestRepository) -> WorkerRequest:
    assert auth.path.exists()
    return replace(a_request(), task_id=task_id)


async def record(context: Context, request: WorkerRequest) -> None:
    await record_request(context.store, context.project.git_dir, request)


async def test_a_request_is_recorded_once_and_its_worker_waits(
    context: Context, request_of_auth: WorkerRequest
) -> None:
    await record(context, request_of_auth)
    await record(context, request_of_auth)
    state = await context.store.snapshot()
    assert state.requests == {"r-1": request_of_auth}
    assert (await kinds(context)).count("request.asked") == 1
    presence = state.presence[request_of_auth.chamber_id]
    assert (presence.state, presence.tool) == ("waiting", "Bash")
    assert (presence.detail, presence.since) == ("npm test", NOON)


async def test_a_question_shows_as_what_its_worker_waits_for(
    context: Context, request_of_auth: WorkerRequest
) -> None:
    question = replace(a_question(), task_id=request_of_auth.task_id)
    await record(context, question)
    presence = (await context.store.snapshot()).presence[question.chamber_id]
    assert presence.detail == "Which colour?"


async def test_a_closed_chambers_request_is_not_recorded_and_its_hook_ends(
    context: Context, request_of_auth: WorkerRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await close_chamber(context, task_id=request_of_auth.task_id, chamber="auth")
    ended: list[tuple[Path, str]] = []

    def end(common_dir: Path, request_id: str) -> None:
        ended.append((common_dir, request_id))

    monkeypatch.setattr(module, "end_waiting", end)
    await record(context, request_of_auth)
    await record(context, replace(request_of_auth, id="r-2", task_id="", chamber="nobody"))
    assert (await context.store.snapshot()).requests == {}
    git_dir = context.project.git_dir
    assert ended == [(git_dir, "r-1"), (git_dir, "r-2")]


async def test_closing_a_chamber_withdraws_what_its_worker_asks(
    context: Context, request_of_auth: WorkerRequest
) -> None:
    await record(context, request_of_auth)
    await close_chamber(context, task_id=request_of_auth.task_id, chamber="auth", confirm=True)
    request = (await context.store.snapshot()).requests["r-1"]
    assert (request.state, request.note) == ("withdrawn", "its chamber was closed")
