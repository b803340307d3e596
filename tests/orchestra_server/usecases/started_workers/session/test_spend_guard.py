"""A worker is held between two turns when a limit is used up, and goes on after a yes."""

from pathlib import Path

import pytest

from orchestra_server.agents.reports import TurnBegan, TurnEnded, Used
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.requests.answer_request import answer_request
from orchestra_server.usecases.started_workers.session.spend_guard import CONTINUE
from orchestra_server.usecases.started_workers.start_worker import start_worker
from tests.support.conducting import kinds
from tests.support.scripted_session import ScriptedAgents, ScriptedSession
from tests.support.supervised import (
    begun_session,
    requests,
    session_in,
    supervised,
    until_asked,
    until_worker,
)
from tests.support.waiting import until, until_awaited


@pytest.fixture
def limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of ten dollars for each task."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "orchestra").mkdir()
    (tmp_path / "orchestra" / "config.toml").write_text("[limits]\ntask_dollars = 10\n")


def use(session: ScriptedSession, dollars: float) -> None:
    session.say(Used(tokens_in=1, dollars=dollars), TurnEnded("done", "Bye."))


@pytest.mark.usefixtures("limit", "auth")
async def test_a_yes_lets_a_held_worker_hear_what_waits(context: Context, task_id: str) -> None:
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        use(session, 8.5)
        await until_worker(context, task_id, "waiting")
        await session.prompt("more")
        use(session, 2.0)
        request = await until_asked(context)
        assert request.tool == CONTINUE
        assert "$10.50 of the task's $10 are used" in request.tool_input
        assert (await until_worker(context, task_id, "paused")).last_words.startswith("$10.50")
        assert "worker.limit-neared" in await kinds(context)
        await interrupt_worker(context, task_id=task_id, chamber="auth", message="Go on")
        assert len(session.heard) == 2
        await answer_request(context, request_id=request.id, answer="allow")
        await until(lambda: len(session.heard) == 3)


@pytest.mark.usefixtures("limit", "auth")
async def test_a_no_ends_a_held_worker(context: Context, task_id: str) -> None:
    agents = ScriptedAgents()
    async with supervised(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")
        use(await session_in(agents), 11.0)
        request = await until_asked(context)
        await answer_request(context, request_id=request.id, answer="deny")
        await until_worker(context, task_id, "ended")


@pytest.mark.usefixtures("limit", "auth")
async def test_a_held_worker_that_works_by_itself_is_asked_about_once(
    context: Context, task_id: str
) -> None:
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        use(session, 11.0)
        first = await until_asked(context)
        session.say(TurnBegan())  # a subagent of its own has ended
        use(session, 1.0)

        async def is_held_again() -> bool:
            return (await kinds(context)).count("worker.paused") == 2

        await until_awaited(is_held_again)
        await answer_request(context, request_id=first.id, answer="allow")
        await until_worker(context, task_id, "waiting")
        assert not [request for request in await requests(context) if request.is_open]
