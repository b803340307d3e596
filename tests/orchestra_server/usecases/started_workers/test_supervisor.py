"""What should run in this clone's chambers runs, what should not ends.

The agents are played by the test; the store and the repository are real.
"""

import asyncio
import subprocess
import sys

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.process.process_mark import is_running, process_mark
from orchestra_core.store.follow import Snapshot, Updates
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.agents.agent_driver import Abilities, Deny
from orchestra_server.agents.reports import Asked, Ended
from orchestra_server.domain.workers import started_workers as rules
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.started_workers.session.first_prompt import RESUMED
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from tests.support.agents.scripted_session import ScriptedAgents
from tests.support.agents.supervised import (
    begun_session,
    requests,
    session_in,
    supervised,
    until_asked,
    until_worker,
    worker_in,
)
from tests.support.conductor.tasks import kinds
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until, until_awaited


async def leave_waiting(context: Context, task_id: str, process: str) -> None:
    """Leave what a killed daemon leaves of a worker that waits for a prompt."""

    async def leave(reads: Reads) -> Change:
        worker = await reads.worker(f"{task_id}/auth")
        assert worker is not None
        starting = replace(worker, state="starting", process=process)
        return rules.began(starting, conversation="c-1", at=context.clock())

    await context.store.transact(leave)


def _a_process_group() -> "subprocess.Popen[bytes]":
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    return subprocess.Popen(sleep, start_new_session=True)


async def test_a_daemon_whose_code_has_changed_leaves_a_start_to_the_next_daemon(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    agents = ScriptedAgents()
    looks = list[str]()

    def is_outdated() -> bool:
        looks.append("a look at the code")
        return True

    async with supervised(context, agents, is_outdated=is_outdated):
        await start_worker(context, task_id=task_id, chamber="auth")
        await until(lambda: bool(looks))
    assert agents.sessions == {}
    async with supervised(context, agents):
        await session_in(agents)
    assert (await worker_in(context, task_id)).is_wanted
    assert auth.path.is_dir()


async def test_a_start_runs_until_it_is_stopped(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    agents = ScriptedAgents()
    async with supervised(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth", text="Begin")
        session = await session_in(agents)
        ((how, text),) = session.heard
        assert how == "prompt"
        assert str(auth.path) in text
        assert text.endswith("WHAT CONDUCTOR ADDS\nBegin")
        worker = await until_worker(context, task_id, "running")
        assert worker.conversation == "c-1"
        await stop_worker(context, task_id=task_id, chamber="auth")
        worker = await until_worker(context, task_id, "ended")
    assert (worker.reason, worker.stopped_by, session.closed) == ("stopped", "conductor", True)
    assert session.heard[1:] == [("interrupt", "")]  # what it ran is aborted first
    told = [kind for kind in await kinds(context) if kind.startswith("worker.")]
    assert told == [
        *("worker.start-asked", "worker.launched", "worker.started"),
        *("worker.turn-began", "worker.stop-asked", "worker.turn-ended", "worker.ended"),
    ]


async def test_an_agent_that_cannot_be_started_is_one_state_with_the_reason(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    agents = ScriptedAgents()
    agents.fault = Refused("claude is not installed")
    async with supervised(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")
        worker = await until_worker(context, task_id, "ended")
        assert (worker.reason, worker.last_words) == ("failed", "claude is not installed")
        presence = await context.store.presence(worker.id)
        assert presence is not None
        assert (presence.state, presence.message) == ("failed", "claude is not installed")
        agents.fault = None
        await start_worker(context, task_id=task_id, chamber="auth")
        await until_worker(context, task_id, "running")


async def test_an_agent_that_ends_by_itself_ends_with_its_last_words(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        session.say(Asked("a1", "permission", "Bash", {"command": "curl x"}))
        await until_asked(context)
        session.say(Ended("failed", 7, "fatal: out of memory"))
        worker = await until_worker(context, task_id, "ended")
    assert (worker.reason, worker.last_words) == ("failed", "fatal: out of memory")
    assert [request.state for request in await requests(context)] == ["withdrawn"]


async def test_a_daemon_that_leaves_ends_its_agents_and_the_next_goes_on_with_them(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    agents = ScriptedAgents()
    async with supervised(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")
        first = await session_in(agents)
        await until_worker(context, task_id, "running")
    assert first.closed
    assert (await worker_in(context, task_id)).is_wanted
    agents.sessions.clear()
    async with supervised(context, agents):
        second = await session_in(agents)
        assert second.heard == [("prompt", RESUMED)]
        assert second.conversation == "c-1"
    assert [start.conversation for start in agents.starts] == ["", "c-1"]


async def test_an_agent_that_cannot_go_on_says_so(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    agents = ScriptedAgents()
    async with supervised(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")
        await session_in(agents)
        await until_worker(context, task_id, "running")
    agents.abilities = Abilities(resumes=False)
    async with supervised(context, agents):
        worker = await until_worker(context, task_id, "ended")
    assert worker.reason == "not-resumed"
    assert worker.last_words.startswith("the process that ran it ended, and claude cannot go on")


async def test_what_a_killed_daemon_left_running_is_ended_before_its_conversation_goes_on(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    await start_worker(context, task_id=task_id, chamber="auth")
    agents = ScriptedAgents()
    with _a_process_group() as orphan:
        mark = process_mark(orphan.pid)
        await leave_waiting(context, task_id, mark)
        async with supervised(context, agents):

            async def is_started() -> bool:
                return bool(agents.starts)

            await until_awaited(is_started)
            assert not is_running(mark)
        await asyncio.to_thread(orphan.wait)
    assert agents.sessions["auth"].heard == []  # between two turns nothing has to be said


async def test_a_stop_that_was_asked_while_no_daemon_ran_needs_no_agent(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    await start_worker(context, task_id=task_id, chamber="auth")
    await stop_worker(context, task_id=task_id, chamber="auth")
    agents = ScriptedAgents()
    async with supervised(context, agents):
        worker = await until_worker(context, task_id, "ended")
    assert (worker.reason, agents.starts) == ("stopped", [])


async def test_a_new_snapshot_tells_a_running_worker_that_its_chamber_is_suspended(
    context: Context, task_id: str, auth: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    del auth
    suspended = asyncio.Event()

    async def follow(_: Store) -> Updates:
        """Follow a stream that has lost what happened after the first snapshot."""
        yield Snapshot(await context.store.snapshot())
        await suspended.wait()
        yield Snapshot(await context.store.snapshot())
        await asyncio.Event().wait()

    agents = ScriptedAgents()
    monkeypatch.setattr(Store, "follow", follow)
    await start_worker(context, task_id=task_id, chamber="auth")
    async with supervised(context, agents):
        session = await session_in(agents)
        await interrupt_worker(
            context, task_id=task_id, chamber="auth", message="Wait", requires="suspend"
        )
        suspended.set()
        await until(lambda: len(session.heard) == 2)
        session.say(Asked("a1", "permission", "Bash", {"command": "curl x"}))
        await until(lambda: "a1" in session.answers)
        assert isinstance(session.answers["a1"], Deny)
