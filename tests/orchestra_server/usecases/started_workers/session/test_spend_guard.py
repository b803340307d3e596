"""Workers are held between two turns when a limit is used up, and asked about once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.clock import local_day
from orchestra_core.models import WorkerRequest
from orchestra_core.store.archive import archive_ended
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import Spent, StartedWorker
from orchestra_server.agents.agent_driver import Allow
from orchestra_server.agents.reports import Asked, TurnBegan, TurnEnded, Used
from orchestra_server.domain.workers.requests import CONTINUE
from orchestra_server.domain.workers.started_workers import turn_ended
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.requests.answer_request import answer_request
from orchestra_server.usecases.started_workers.record_worker import record_spending
from orchestra_server.usecases.started_workers.session import spend_guard
from orchestra_server.usecases.started_workers.session.spend_guard import (
    RAISED_NOTE,
    SpendGuard,
)
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from tests.support.agents.scripted_session import ScriptedAgents, ScriptedSession
from tests.support.agents.supervised import (
    begun_session,
    requests,
    session_in,
    supervised,
    until_asked,
    until_worker,
    worker_in,
)
from tests.support.conductor.tasks import a_started_task, chambers_open, kinds
from tests.support.waiting import until, until_awaited


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's configuration: a limit of ten dollars for each task."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "orchestra" / "config.toml"
    file.parent.mkdir()
    file.write_text("[limits]\ntask_dollars = 10\n")
    return file


def use(session: ScriptedSession, dollars: float) -> None:
    session.say(TurnBegan(), Used(tokens_in=1, dollars=dollars), TurnEnded("done", "Bye."))


@asynccontextmanager
async def one_held(
    context: Context, task_id: str
) -> AsyncGenerator[tuple[ScriptedSession, WorkerRequest]]:
    """Start a worker that has come to the task's limit; yield its session and the question."""
    async with begun_session(context, ScriptedAgents(), task_id) as session:
        use(session, 11.0)
        yield session, await until_asked(context)


@asynccontextmanager
async def two_held(
    context: Context, agents: ScriptedAgents, task_id: str
) -> AsyncGenerator[WorkerRequest]:
    """Start two workers that have come to the task's limit; yield the one question."""
    await chambers_open(context, task_id, ["api"])
    async with supervised(context, agents):
        for name in ("auth", "api"):
            await start_worker(context, task_id=task_id, chamber=name)
            await session_in(agents, name)
        for name in ("auth", "api"):
            use(agents.sessions[name], 11.0)
            await until_worker(context, task_id, "paused", name)
        yield await until_asked(context)


async def answer(context: Context, request: WorkerRequest, name: str) -> None:
    await answer_request(context, request_id=request.id, answer=name)


@pytest.mark.usefixtures("config", "auth")
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
        assert "until $2.00 more are used" in request.tool_input
        assert (await until_worker(context, task_id, "paused")).last_words.startswith("$10.50")
        assert (await kinds(context)).count("worker.limit-neared") == 1
        await interrupt_worker(context, task_id=task_id, chamber="auth", message="Go on")
        assert len(session.heard) == 2
        await answer(context, request, "allow")
        await until(lambda: len(session.heard) == 3)
        use(session, 1.0)  # below what the yes is good for
        await until_worker(context, task_id, "waiting")
        await session.prompt("more")
        use(session, 1.0)
        assert "$12.50 of the task's $10 are used" in (await until_asked(context)).tool_input
    state = await context.store.snapshot()
    assert state.tasks[task_id].dollars_allowed == 12.5
    assert state.days[local_day(context.clock())].spent.dollars == 12.5


@pytest.mark.usefixtures("config", "auth")
async def test_a_held_worker_that_works_by_itself_is_asked_about_once(
    context: Context, task_id: str
) -> None:
    async with one_held(context, task_id) as (session, request):
        use(session, 1.0)  # a subagent of its own has ended

        async def is_held_again() -> bool:
            return (await kinds(context)).count("worker.paused") == 2

        await until_awaited(is_held_again)
        await answer(context, request, "allow")
        await until_worker(context, task_id, "waiting")
        assert not [each for each in await requests(context) if each.is_open]
    assert (await context.store.snapshot()).tasks[task_id].dollars_allowed == 14.0


@pytest.mark.usefixtures("config", "auth")
async def test_a_held_worker_that_works_by_itself_gets_its_answers_before_its_mail(
    context: Context, task_id: str
) -> None:
    async with one_held(context, task_id) as (session, about_limit):
        await interrupt_worker(context, task_id=task_id, chamber="auth", message="Go on")
        session.say(TurnBegan(), Asked("a1", "permission", "Bash", {"command": "npm test"}))
        await answer(context, await until_asked(context, after=about_limit), "allow")
        await until(lambda: session.answers == {"a1": Allow()})
        assert len(await requests(context)) == 2
        assert len(session.heard) == 1


@pytest.mark.usefixtures("config", "auth")
async def test_one_question_stands_for_all_that_a_limit_holds(
    context: Context, task_id: str
) -> None:
    agents = ScriptedAgents()
    async with two_held(context, agents, task_id) as request:
        assert len(await requests(context)) == 1
        await answer(context, request, "allow")
        for name in ("auth", "api"):
            await until_worker(context, task_id, "waiting", name)
        assert len(await requests(context)) == 1


@pytest.mark.usefixtures("config", "auth")
async def test_a_no_ends_all_that_the_limit_holds_and_is_not_asked_again(
    context: Context, task_id: str
) -> None:
    agents = ScriptedAgents()
    await chambers_open(context, task_id, ["late"])
    async with two_held(context, agents, task_id) as request:
        assert (await until_worker(context, task_id, "paused", "api")).is_wanted
        await answer(context, request, "deny")
        for name in ("auth", "api"):
            worker = await until_worker(context, task_id, "ended", name)
            assert (worker.reason, worker.stopped_by) == ("stopped", "conductor")
        assert len(await requests(context)) == 1
        # A start after the no is asked about before its first turn.
        await start_worker(context, task_id=task_id, chamber="late")
        assert (await until_asked(context)).chamber == "late"
        assert agents.sessions["late"].heard == []


@pytest.mark.usefixtures("config", "auth")
async def test_another_worker_asks_when_the_one_that_asked_has_ended(
    context: Context, task_id: str
) -> None:
    agents = ScriptedAgents()
    async with two_held(context, agents, task_id) as request:
        await stop_worker(context, task_id=task_id, chamber=request.chamber)
        await until_worker(context, task_id, "ended", request.chamber)

        async def is_asked_by_the_other() -> bool:
            return [each.state for each in await requests(context)] == ["withdrawn", "open"]

        await until_awaited(is_asked_by_the_other)
        assert (await until_asked(context)).chamber != request.chamber


@pytest.mark.usefixtures("auth")
async def test_a_raised_limit_lets_held_workers_go_on(
    context: Context, task_id: str, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spend_guard, "_LOOK_SECONDS", 0.01)
    agents = ScriptedAgents()
    async with two_held(context, agents, task_id):
        await asyncio.to_thread(config.write_text, "[limits]\ntask_dollars = 50\n")
        for name in ("auth", "api"):
            await until_worker(context, task_id, "waiting", name)
        (question,) = await requests(context)
        assert (question.state, question.note) == ("withdrawn", RAISED_NOTE)


@pytest.mark.usefixtures("config", "auth")
async def test_the_next_daemon_holds_a_paused_worker_and_asks_again(
    context: Context, task_id: str
) -> None:
    async with one_held(context, task_id) as (_, request):
        await until_worker(context, task_id, "paused")
    async with supervised(context, ScriptedAgents()):
        await until_asked(context, after=request)
        assert (await until_worker(context, task_id, "paused")).is_wanted


@pytest.mark.usefixtures("auth")
async def test_a_worker_that_two_limits_hold_goes_on_after_a_yes_to_each(
    context: Context, task_id: str, config: Path
) -> None:
    await start_worker(context, task_id=task_id, chamber="auth")
    worker = await worker_in(context, task_id)
    day_id, spent = local_day(context.clock()), Spent(turns=1, dollars=11.0)

    def change(now: StartedWorker, day: DayAccount) -> Change:
        return turn_ended(now, words="", spent=spent, day=day, at=context.clock())

    await record_spending(context.store, worker, day_id, change)
    guard = SpendGuard(context.store, context.project.git_dir, context.clock)
    asked: list[WorkerRequest] = []
    for limits in ("task_dollars = 10", "task_dollars = 50\nday_dollars = 10"):
        await asyncio.to_thread(config.write_text, f"[limits]\n{limits}\n")
        await guard.look(worker)
        asked += [each for each in await requests(context) if each not in asked]
    for request in asked:
        await guard.take_answer(replace(request, answer="allow"))
    await asyncio.wait_for(guard.may_go_on(worker), 60)
    assert (await worker_in(context, task_id)).state == "waiting"
    await guard.close()


@pytest.mark.usefixtures("auth")
async def test_a_day_counts_what_archived_tasks_have_used_too(
    context: Context, task_id: str, config: Path
) -> None:
    await asyncio.to_thread(config.write_text, "[limits]\nday_dollars = 10\n")
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        use(session, 7.0)
        await until_worker(context, task_id, "waiting")
        done = await complete_task(context, task_id=task_id, summary="Done", confirm=True)
        assert done.used == "1 turn, 1 tokens, $7.00"
        assert await archive_ended(context.store, context.clock(), keep=0) == 1
        later = await a_started_task(context, "Add a shop")
        await chambers_open(context, later, ["shop"])
        await start_worker(context, task_id=later, chamber="shop")
        use(await session_in(agents, "shop"), 4.0)
        asked = await until_asked(context)
        assert (asked.chamber, "$11.00 of the day's $10" in asked.tool_input) == ("shop", True)
