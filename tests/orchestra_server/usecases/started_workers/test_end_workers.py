"""A chamber closes when its worker has ended, whether a daemon runs it or has died over it."""

import subprocess
import sys

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.process.process_mark import is_running, process_mark
from orchestra_core.store.reads import Reads
from orchestra_server.domain.workers.started_workers import launched
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers import end_workers as module
from orchestra_server.usecases.started_workers.end_workers import end_workers
from orchestra_server.usecases.started_workers.start_worker import start_worker
from tests.support.agents.scripted_session import ScriptedAgents
from tests.support.agents.supervised import begun_session, worker_in
from tests.support.conductor.tasks import chamber_of, kinds
from tests.support.git.repositories import TestRepository


async def test_a_chamber_closes_behind_its_worker(
    context: Context, task_id: str, auth: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ask_daemon", _answers)
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        await close_chamber(context, task_id=task_id, chamber="auth", confirm=True)
    assert session.closed
    assert not auth.path.exists()
    told = await kinds(context)
    assert told.index("worker.ended") < told.index("chamber.closing")


async def test_what_a_killed_daemon_left_running_is_ended_by_its_process(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    await start_worker(context, task_id=task_id, chamber="auth")
    with _a_process_group() as orphan:
        mark = process_mark(orphan.pid)

        async def leave(reads: Reads) -> Change:
            worker = await reads.worker(f"{task_id}/auth")
            assert worker is not None
            return launched(replace(worker), process=mark, at=context.clock())

        await context.store.transact(leave)
        await end_workers(context, [await chamber_of(context, task_id, "auth")])
        assert not is_running(mark)
    worker = await worker_in(context, task_id)
    assert (worker.state, worker.reason) == ("ended", "closed")


def _answers(*_: object) -> dict[str, object]:
    return {}


def _a_process_group() -> "subprocess.Popen[bytes]":
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    return subprocess.Popen(sleep, start_new_session=True)
