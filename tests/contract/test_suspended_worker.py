"""Suspending, resuming and cancelling, from the verb to what a worker's client is told."""

from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.interrupts.resume_worker import GO_ON, resume_worker
from tests.support.hooks.hooked_checkout import Session

WRITE = {"tool_name": "Write", "tool_input": {"file_path": "auth.py"}}


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
    uncancelled = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Sense")
    await cancel_interrupt(context, task_id=task_id, interrupt_id=sent.interrupt_id)
    assert session.fire("PreToolUse", WRITE).denial
    said = session.fire("PostToolBatch").context
    assert "Sense" in said
    assert "Nonsense" not in said
    assert await state_of(context, sent.interrupt_id) == "cancelled"
    assert await state_of(context, uncancelled.interrupt_id) == "delivered"
