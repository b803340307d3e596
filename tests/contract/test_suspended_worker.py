"""Suspending, resuming and cancelling, from the verb to what a worker's client is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.interrupts.resume_worker import GO_ON, resume_worker
from tests.support.conducting import a_started_task, chambers_open
from tests.support.hooks import Session
from tests.support.repositories import PLAIN_GIT, small_repository

WRITE = {"tool_name": "Write", "tool_input": {"file_path": "auth.py"}}


@pytest.fixture
def context(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Context:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    directory = small_repository(tmp_path / "shop").path
    project = replace(find_project(directory), id=store.keys.project)  # where the hook reports to
    return Context(store=store, project=project, settings=settings, actor="operator")


@pytest.fixture
async def task_id(context: Context) -> str:
    return await a_started_task(context)


@pytest.fixture
async def session(context: Context, task_id: str) -> Session:
    return Session((await chambers_open(context, task_id, ["auth"]))["auth"].path)


async def state_of(context: Context, interrupt_id: str) -> str:
    """Return an interrupt's state, with the receipts of hooks taken in."""
    await take_in_spool(context.store, context.project.git_dir, context.clock)
    return (await context.store.snapshot()).interrupts[interrupt_id].state


async def suspend(context: Context, task_id: str) -> str:
    sent = await interrupt_worker(
        context, task_id=task_id, chamber="auth", message="Wait", requires="suspend"
    )
    return sent.interrupt_id


async def test_a_suspended_worker_reads_the_reason_and_no_tool_runs_until_it_is_resumed(
    context: Context, task_id: str, session: Session
) -> None:
    interrupt_id = await suspend(context, task_id)
    assert session.fire("PreToolUse", WRITE).denial
    assert "Wait" in session.fire("PostToolBatch").context
    assert await state_of(context, interrupt_id) == "delivered"
    for _ in range(3):
        denial = session.fire("PreToolUse", WRITE).denial
        assert "suspended" in denial
    assert session.fire("Stop").decision == ""  # its turn may end

    assert (await resume_worker(context, task_id=task_id, chamber="auth")).told
    assert "suspended" not in session.fire("PreToolUse", WRITE).denial  # the word to go on waits
    assert GO_ON in session.fire("PostToolBatch").context
    assert session.fire("PreToolUse", WRITE).denial == ""
    assert await state_of(context, interrupt_id) == "acted"


async def test_a_worker_does_not_notice_a_suspension_lifted_before_its_next_call(
    context: Context, task_id: str, session: Session
) -> None:
    await suspend(context, task_id)
    await resume_worker(context, task_id=task_id, chamber="auth")
    assert session.fire("PreToolUse", WRITE).denial == ""
    assert session.fire("PostToolBatch").context == ""


async def test_a_worker_never_sees_a_cancelled_message(
    context: Context, task_id: str, session: Session
) -> None:
    sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Nonsense")
    kept = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Sense")
    await cancel_interrupt(context, task_id=task_id, interrupt_id=sent.interrupt_id)
    assert session.fire("PreToolUse", WRITE).denial
    said = session.fire("PostToolBatch").context
    assert "Sense" in said
    assert "Nonsense" not in said
    assert await state_of(context, sent.interrupt_id) == "cancelled"
    assert await state_of(context, kept.interrupt_id) == "delivered"
