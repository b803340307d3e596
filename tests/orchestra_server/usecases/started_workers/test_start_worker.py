"""A start says once what should run, and is refused in one line where it cannot."""

import pytest

from orchestra_core.errors import BadInput, Refused, Unknown
from orchestra_core.models import Presence
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from tests.support.conductor.tasks import chamber_of, kinds
from tests.support.git.repositories import TestRepository


async def test_a_start_is_recorded_once_and_its_worker_shows_as_starting(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    start = await start_worker(context, task_id=task_id, chamber="auth", text="Begin")
    assert (start.agent, start.policy, start.already_running) == ("claude", "edits", False)
    again = await start_worker(context, task_id=task_id, chamber="auth", text="Begin")
    assert again.already_running
    assert (await kinds(context)).count("worker.start-asked") == 1
    chamber = await chamber_of(context, task_id, "auth")
    presence = await context.store.presence(chamber.id)
    assert presence is not None
    assert presence.state == "starting"


async def test_another_start_waits_until_the_first_has_ended(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    await start_worker(context, task_id=task_id, chamber="auth")
    with pytest.raises(Refused, match=r"claude runs in chamber 'auth' \(asked\)"):
        await start_worker(context, task_id=task_id, chamber="auth", agent="opencode")


async def test_a_chamber_whose_worker_is_at_work_gets_no_second(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    chamber = await chamber_of(context, task_id, "auth")
    working = Presence(chamber_id=chamber.id, state="working", tool="Bash", since=context.clock())
    await context.store.report_presence(working)
    with pytest.raises(Refused, match=r"a worker of chamber 'auth' is working \(Bash\)"):
        await start_worker(context, task_id=task_id, chamber="auth")


async def test_what_cannot_be_started_is_one_line(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    with pytest.raises(BadInput, match="there is no agent 'nobody'"):
        await start_worker(context, task_id=task_id, chamber="auth", agent="nobody")
    with pytest.raises(BadInput, match="policy 'yolo' is not one of ask, edits, all"):
        await start_worker(context, task_id=task_id, chamber="auth", policy="yolo")
    with pytest.raises(Unknown, match="has no chamber 'web'"):
        await start_worker(context, task_id=task_id, chamber="web")


async def test_a_stop_is_recorded_once(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    with pytest.raises(Unknown, match="no worker was started in chamber 'auth'"):
        await stop_worker(context, task_id=task_id, chamber="auth")
    await start_worker(context, task_id=task_id, chamber="auth")
    assert (await stop_worker(context, task_id=task_id, chamber="auth")).was_running
    await stop_worker(context, task_id=task_id, chamber="auth")
    assert (await kinds(context)).count("worker.stop-asked") == 1
