"""A permission that is allowed at the client's own dialog is withdrawn as its tool starts."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import cycle
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from orchestra_core.models import Presence, WorkerRequest
from orchestra_server.domain.workers.requests import CLIENT_NOTE
from orchestra_server.usecases.client_sessions.terminal_answers import TerminalAnswers
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.record_request import record_request
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests
from tests.orchestra_server.usecases.client_sessions.test_list_sessions import a_client
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.samples.documents import a_request
from tests.support.waiting import until_awaited


class Client:
    """What the client keeps of one session, and what it says when it is asked."""

    def __init__(self, home: Path) -> None:
        self.file = home / ".claude" / "sessions" / "1.json"
        self.answer, self.asked = home / "answer.json", home / "asked"
        self.file.parent.mkdir(parents=True)

    def write(self, status: str, *, says: str = "", version: str = "", since: int = 0) -> None:
        """Note a status; the client says the same, or another one."""
        session = {"sessionId": "s1", "kind": "interactive", "status": says or status}
        self.answer.write_bytes(msgspec.json.encode([session]))
        note = {"sessionId": "s1", "status": status}
        seen = {"version": version, "statusUpdatedAt": since} if version else {}
        self.file.write_bytes(msgspec.json.encode(note | seen))


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client(tmp_path)
    script = f"cat {client.answer}; echo once >> {client.asked}"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.setenv("PATH", a_client(tmp_path, script)["PATH"])
    return client


@pytest.fixture
async def requests(context: Context) -> list[WorkerRequest]:
    """A request of the session itself, and one of a subagent of its."""
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    own = replace(a_request("r-1"), task_id=task_id)
    requests = [own, replace(own, id="r-2", agent_id="a1")]
    for request in requests:
        await record_request(context.store, context.project.git_dir, request)
    return requests


@pytest.fixture
async def answers(
    context: Context,
    client: Client,  # its folder is looked up first
    requests: list[WorkerRequest],
) -> AsyncGenerator[TerminalAnswers]:
    assert (client.file.parent.is_dir(), len(requests)) == (True, 2)
    answers = TerminalAnswers(context.store, context.project, context.clock)
    answers.take_state(await context.store.snapshot())
    running = asyncio.create_task(answers.run())
    yield answers
    running.cancel()


async def is_open(context: Context, key: str) -> bool:
    return (await context.store.snapshot()).requests[key].is_open


@pytest.mark.usefixtures("answers")
async def test_a_session_that_waits_no_more_has_its_own_request_withdrawn(
    context: Context, client: Client
) -> None:
    statuses = cycle(("waiting", "busy"))

    async def is_withdrawn() -> bool:
        client.write(next(statuses), says="busy")
        return not await is_open(context, "r-1")

    await until_awaited(is_withdrawn)
    state = await context.store.snapshot()
    assert state.requests["r-1"].note == CLIENT_NOTE
    assert state.requests["r-2"].is_open


async def test_a_note_of_a_seen_version_withdraws_the_only_request_without_a_question(
    context: Context, client: Client, answers: TerminalAnswers
) -> None:
    await withdraw_requests(context.store, context.project.git_dir, ["r-2"], "", context.clock)
    answers.take_state(await context.store.snapshot())
    statuses = cycle(("waiting", "busy"))

    async def is_withdrawn() -> bool:
        client.write(next(statuses), says="waiting", version="2.1.332")
        return not await is_open(context, "r-1")

    await until_awaited(is_withdrawn)
    assert not client.asked.exists()


async def test_a_worker_at_a_dialog_of_its_own_is_at_work_as_its_session_is_busy(
    context: Context, client: Client, requests: list[WorkerRequest], answers: TerminalAnswers
) -> None:
    ids = [request.id for request in requests]
    await withdraw_requests(context.store, context.project.git_dir, ids, "", context.clock)
    at = context.clock()
    asks = Presence(
        chamber_id=requests[0].chamber_id,
        state="waiting",
        tool="Bash",
        detail="make",
        asks="permission",
        since=at,
        transcript="/home/me/.claude/projects/shop/s1.jsonl",
    )
    await context.store.report_presence(asks)
    answers.take_state(await context.store.snapshot())
    statuses = cycle(("waiting", "busy"))

    async def is_at_work() -> bool:
        client.write(next(statuses), says="waiting", version="2.1.332", since=at + 5)
        presence = await context.store.presence(asks.chamber_id)
        return presence == replace(asks, state="working", asks=None, since=at + 5)

    await until_awaited(is_at_work)


@pytest.mark.usefixtures("answers")
async def test_what_the_client_does_not_confirm_is_left(context: Context, client: Client) -> None:
    statuses = cycle(("waiting", "busy"))

    async def was_asked() -> bool:
        client.write(next(statuses), says="waiting")
        return await is_open(context, "r-1") and client.asked.exists()

    await until_awaited(was_asked)
    assert await is_open(context, "r-1")
