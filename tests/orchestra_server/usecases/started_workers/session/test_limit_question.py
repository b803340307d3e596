"""A limit that workers of several clones have come to is asked about once."""

import asyncio
from pathlib import Path

import pytest

from orchestra_core.clock import local_day
from orchestra_core.models import WorkerRequest
from orchestra_core.workers.started_worker import Spent, StartedWorker
from orchestra_server.domain.workers.started_workers import turn_ended
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.answer_request import answer_request
from orchestra_server.usecases.started_workers.record_worker import record_spending
from orchestra_server.usecases.started_workers.session.spend_guard import SpendGuard
from orchestra_server.usecases.started_workers.start_worker import start_worker
from tests.support.agents.supervised import requests, worker_in
from tests.support.conductor.tasks import chambers_open

Guards = list[tuple[SpendGuard, StartedWorker]]  # each guard with the worker that it holds


@pytest.fixture
async def two_guards(
    context: Context, task_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Guards:
    """The guards of two daemons, each holding a worker; both have used $11 of the task's $10."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "orchestra").mkdir()
    (tmp_path / "orchestra" / "config.toml").write_text("[limits]\ntask_dollars = 10\n")
    await chambers_open(context, task_id, ["auth", "api"])
    guards: Guards = []
    for name in ("auth", "api"):
        await start_worker(context, task_id=task_id, chamber=name)
        worker = await record_spending(
            context.store,
            await worker_in(context, task_id, name),
            local_day(context.clock()),
            lambda now, day: turn_ended(
                now, words="", spent=Spent(turns=1, dollars=5.5), day=day, at=context.clock()
            ),
        )
        guard = SpendGuard(context.store, context.project.git_dir, context.clock)
        guards.append((guard, worker))
    for guard, worker in guards:
        await guard.look(worker)
    return guards


async def answered(context: Context, answer: str) -> WorkerRequest:
    (question,) = await requests(context)
    await answer_request(context, request_id=question.id, answer=answer)
    (question,) = await requests(context)
    return question


async def test_a_yes_holds_for_both_clones_and_widens_the_limit_once(
    context: Context, task_id: str, two_guards: Guards
) -> None:
    question = await answered(context, "allow")
    for guard, worker in two_guards:
        assert guard.asks(question)
        await guard.take_answer(question)
        await asyncio.wait_for(guard.may_go_on(worker), 60)
        await guard.close()
    assert (await context.store.snapshot()).tasks[task_id].dollars_allowed == 13.0
    for name in ("auth", "api"):
        assert (await worker_in(context, task_id, name)).state == "waiting"
    presence = await context.store.presence(f"{task_id}/auth")
    assert presence is not None
    assert presence.state == "idle"


async def test_a_no_ends_the_workers_of_both_clones(
    context: Context, task_id: str, two_guards: Guards
) -> None:
    question = await answered(context, "deny")
    for guard, _ in two_guards:
        await guard.take_answer(question)
        await guard.close()
    for name in ("auth", "api"):
        assert not (await worker_in(context, task_id, name)).is_wanted
    # A daemon that has not heard the no does not ask again for a worker that ran before it.
    guard = SpendGuard(context.store, context.project.git_dir, context.clock)
    await guard.look(two_guards[1][1])
    assert len(await requests(context)) == 1
    await guard.close()


async def test_a_question_that_another_clone_withdraws_is_asked_by_the_next(
    context: Context, two_guards: Guards
) -> None:
    (asking, asker), (other, worker) = two_guards
    await asking.forget(asker)
    (question,) = await requests(context)
    assert question.state == "withdrawn"
    await other.take_answer(question)
    await other.look(worker)
    states = sorted((each.chamber, each.state) for each in await requests(context))
    assert states == [("api", "open"), ("auth", "withdrawn")]
    await asking.close()
    await other.close()
