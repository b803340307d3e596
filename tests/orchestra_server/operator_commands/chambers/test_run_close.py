"""`orchestra close` says where the work is."""

from dataclasses import replace

from orchestra_server.operator_commands.chambers.run_close import close_named_chamber, closed_lines
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from tests.support.git.repositories import TestRepository


async def test_saved_work_is_named_with_the_commands_that_show_and_restore_it(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.write("auth.py", "tokens\n")
    closed = await close_named_chamber(context, "auth")
    name = f"{task_id}/auth"
    assert closed_lines(closed) == [
        f"Chamber auth of {task_id} is closed.",
        f"Its work is saved as {closed.saved_ref}",
        f"'orchestra restore {name}' brings it back, 'orchestra diff {name}' shows it.",
    ]


async def test_a_chamber_without_work_says_so_and_so_does_one_that_is_closed_already(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    assert auth.path.exists()
    nothing = "It held no unmerged work; nothing is left to do for it."
    closed = await close_named_chamber(context, "auth")
    assert closed_lines(closed) == [f"Chamber auth of {task_id} is closed.", nothing]
    again = await close_named_chamber(context, "auth", task_id)
    assert closed_lines(again) == [f"Chamber auth of {task_id} was closed before.", nothing]


async def test_mail_that_was_never_read_is_counted(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    assert auth.path.exists()
    await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UUIDs")
    closed = await close_named_chamber(context, "auth")
    assert closed_lines(closed)[-1] == "1 message was never read."
    twice = replace(closed, undelivered=closed.undelivered * 2)
    assert closed_lines(twice)[-1] == "2 messages were never read."
