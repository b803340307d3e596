"""`orchestra start` and `orchestra stop`, as the daemon and the command line run them."""

import asyncio

import pytest

from orchestra_core.errors import Refused
from orchestra_server.domain.workers.started_workers import ended
from orchestra_server.operator_commands.chambers.run_start import started_lines, stopped_lines
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.record_worker import record_worker
from tests.support.agents.supervised import worker_in
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.samples.documents import NOON
from tests.support.waiting import until_awaited


async def is_told_to_end(context: Context, task_id: str) -> bool:
    return not (await worker_in(context, task_id)).is_wanted


async def end(context: Context, task_id: str) -> None:
    """Record what the daemon records when the process has ended."""
    worker = await worker_in(context, task_id)
    await record_worker(
        context.store, worker, lambda now: ended(now, reason="stopped", words="", at=NOON)
    )


async def test_an_agent_is_started_and_stopped_by_its_chambers_name(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])

    async def start() -> str:
        return await started_lines(context, "auth", "", agent="", policy="edits", text="Begin")

    assert f"claude is being started in auth ({task})." in await start()
    assert "claude runs already in auth" in await start()
    stop = asyncio.create_task(stopped_lines(context, "auth", ""))
    await until_awaited(lambda: is_told_to_end(context, task))
    assert not stop.done()
    await end(context, task)
    assert f"The worker in auth ({task}) has ended; its work" in await stop
    assert "had already ended" in await stopped_lines(context, "auth", "")


async def test_a_stop_fails_where_the_agent_does_not_end_in_time(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    await started_lines(context, "auth", "", agent="", policy="edits", text="")
    with pytest.raises(Refused, match=r"has not ended after 0 s; 'orchestra status' shows"):
        await stopped_lines(context, "auth", "", seconds=0)
