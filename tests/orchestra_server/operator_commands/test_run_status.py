"""`orchestra status`, as the daemon and the command line run it."""

import json
from dataclasses import replace
from pathlib import Path

from orchestra_core.clone.clone_id import clone_id
from orchestra_core.worker_state import WorkerLimits
from orchestra_server.operator_commands.run_status import agents_to_go_on, read_status, status_text
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.stop_worker import stop_worker
from tests.support.conductor.tasks import a_started_task, chambers_open


async def test_the_text_shows_the_chambers_as_the_clone_sees_them(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    text = await read_status(context, as_json=False)
    assert f"● {task}  open" in text
    assert "○ auth  idle  0s  no worker yet" in text
    assert text.endswith("\n")


async def test_the_document_says_which_chambers_are_here(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    document = json.loads(await read_status(context, as_json=True))
    (chamber,) = document["tasks"][0]["chambers"]
    assert chamber["clone"]["id"] == clone_id(context.project.git_dir)
    assert chamber["clone"]["is_here"]


async def test_the_root_is_the_working_tree_that_was_asked_in(context: Context) -> None:
    state = await context.store.snapshot()
    elsewhere = replace(context.project, root=Path("/else/where"))
    assert status_text(elsewhere, state, 0, WorkerLimits(), as_json=False).startswith(
        f"{context.project.id}  /else/where\n"
    )


async def test_the_agents_that_wait_for_a_daemon_are_those_that_should_run_here(
    context: Context,
) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth", "api", "web"])
    for name in ("web", "auth", "api"):
        await start_worker(context, task_id=task, chamber=name)
    await stop_worker(context, task_id=task, chamber="api")
    state = await context.store.snapshot()
    assert agents_to_go_on(state, context.clone) == ["auth", "web"]
    assert agents_to_go_on(state, "another") == []
