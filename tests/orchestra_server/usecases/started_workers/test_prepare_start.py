"""An agent starts in a prepared chamber: its setup has run, and what it begins with is judged."""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

import pytest

from orchestra_core.models import Presence
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers import prepare_start
from orchestra_server.usecases.started_workers.prepare_start import StartPreparer
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from tests.support.agents.scripted_session import ScriptedAgents
from tests.support.agents.supervised import session_in, supervised, until_worker
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.gates import hanging_gate, trust, trusted_gate
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until, until_awaited


def preparing(context: Context, agents: ScriptedAgents) -> AbstractAsyncContextManager[None]:
    """Run the clone's workers, each in a chamber that is prepared first."""
    return supervised(context, agents, StartPreparer(context).prepare)


@pytest.fixture
async def task_id(context: Context, repository: TestRepository) -> str:
    """A task with a chamber that was made before anything was trusted."""
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ("auth",))
    return task_id


async def test_a_setup_that_has_not_run_there_runs_before_the_agent_starts(
    context: Context, repository: TestRepository, task_id: str, tmp_path: Path
) -> None:
    text = f"[setup]\ncommand = 'echo run >> {tmp_path}/runs; test ! -f {tmp_path}/broken'\n"
    repository.write("orchestra.toml", text)
    trust(context, repository)
    (tmp_path / "broken").touch()
    agents = ScriptedAgents()
    async with preparing(context, agents):
        for count, fault in ((1, "status 1"), (2, ""), (2, "")):
            await start_worker(context, task_id=task_id, chamber="auth")
            await session_in(agents)
            assert len((tmp_path / "runs").read_text().split()) == count
            assert (await chamber_of(context, task_id, "auth")).setup_fault == fault
            await stop_worker(context, task_id=task_id, chamber="auth")
            await until_worker(context, task_id, "ended")
            agents.sessions.clear()
            (tmp_path / "broken").unlink(missing_ok=True)


async def test_the_agent_starts_once_its_base_is_judged_and_its_presence_says_so_until_then(
    context: Context, repository: TestRepository, task_id: str, tmp_path: Path
) -> None:
    wait = f"while test ! -f {tmp_path}/go; do sleep 0.05; done"
    gate, agents = trusted_gate(context, repository, wait), ScriptedAgents()
    async with preparing(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")

        async def says_so() -> bool:
            presence = await context.store.presence(f"{task_id}/auth")
            return presence is not None and "gate 'tests'" in presence.detail

        await until_awaited(says_so)
        assert agents.sessions == {}
        presence = await context.store.presence(f"{task_id}/auth")
        assert isinstance(presence, Presence)
        assert presence.state == "starting"
        (tmp_path / "go").touch()
        await session_in(agents)
    assert gate.runs == 1


async def test_a_worker_that_is_stopped_meanwhile_never_starts(
    context: Context, repository: TestRepository, task_id: str, tmp_path: Path
) -> None:
    trusted_gate(context, repository, f"touch {tmp_path}/runs; exec sleep 100")
    agents = ScriptedAgents()
    async with preparing(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")
        await until((tmp_path / "runs").exists)
        await stop_worker(context, task_id=task_id, chamber="auth")
        worker = await until_worker(context, task_id, "ended")
    assert (worker.reason, agents.sessions) == ("stopped", {})


async def test_preparing_that_is_cancelled_has_ended_its_gate_before_it_returns(
    context: Context, repository: TestRepository, task_id: str
) -> None:
    gate, chamber = hanging_gate(context, repository), await chamber_of(context, task_id, "auth")
    preparation = asyncio.create_task(StartPreparer(context).prepare(chamber))
    await gate.begun()
    preparation.cancel()
    with suppress(asyncio.CancelledError):
        await preparation
    assert not gate.is_running


async def test_a_mistake_in_preparing_is_logged_and_the_agent_starts(
    context: Context,
    task_id: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*of: object) -> bool:
        raise ValueError(of)

    monkeypatch.setattr(prepare_start, "is_setup_due", fail)
    agents = ScriptedAgents()
    async with preparing(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")
        await session_in(agents)
    assert f"{task_id}/auth is not prepared" in caplog.messages
