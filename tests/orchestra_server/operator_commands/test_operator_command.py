"""Commands of the operator, run on a real project as the daemon and the command line run them."""

import pytest

from orchestra_core.errors import BadInput, Unknown
from orchestra_server.operator_commands.operator_command import (
    OperatorCommand,
    check_command,
    run_command,
)
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chambers_open


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (
            OperatorCommand(name="interrupt", root="/", chamber="../x", text="hello"),
            "'../x' is not",
        ),
        (OperatorCommand(name="interrupt", root="/", chamber="auth", text=" "), "TEXT is empty"),
        (OperatorCommand(name="resume", root="/", chamber="UP"), "'UP' is not allowed"),
        (OperatorCommand(name="start", root="/", chamber="UP"), "'UP' is not allowed"),
    ],
)
async def test_bad_arguments_are_refused_before_the_store_is_read(
    context: Context, command: OperatorCommand, complaint: str
) -> None:
    with pytest.raises(BadInput, match=complaint):
        check_command(command)
    with pytest.raises(BadInput, match=complaint):
        await run_command(context, command)


async def test_an_interrupt_is_sent_found_again_and_cancelled(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    send = OperatorCommand(name="interrupt", root="/", chamber="auth", text="Use PR 12")
    output = await run_command(context, send)
    (identifier,) = (await context.store.snapshot()).interrupts
    assert output.startswith(f"Interrupt {identifier} to auth ({task}): posted.\n")
    assert "sent already" in await run_command(context, send)
    cancel = OperatorCommand(name="interrupt", root="/", cancel=identifier)
    assert "is cancelled; nobody has read it" in await run_command(context, cancel)
    assert "was cancelled before" in await run_command(context, cancel)


async def test_a_suspension_says_how_it_ends_and_resume_ends_it(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    suspend = OperatorCommand(
        name="interrupt", root="/", chamber="auth", text="Stop", requires="suspend", task=task
    )
    assert "until 'orchestra resume auth'" in await run_command(context, suspend)
    resume = OperatorCommand(name="resume", root="/", chamber="auth")
    assert f"auth ({task}) is resumed." in await run_command(context, resume)
    assert "was not suspended" in await run_command(context, resume)


async def test_the_error_for_an_unknown_message_lists_the_unread_ones(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    await run_command(
        context, OperatorCommand(name="interrupt", root="/", chamber="auth", text="Use PR 12")
    )
    (identifier,) = (await context.store.snapshot()).interrupts
    with pytest.raises(Unknown, match=rf"unread ones are: {identifier} \(auth\)"):
        await run_command(context, OperatorCommand(name="interrupt", root="/", cancel="i-nobody"))


async def test_status_is_text_for_a_person_or_a_document_for_a_program(context: Context) -> None:
    task = await a_started_task(context)
    assert f"● {task}  open" in await run_command(context, OperatorCommand(name="status", root="/"))
    document = await run_command(context, OperatorCommand(name="status", root="/", json=True))
    assert document.startswith('{\n  "version": 1,')
    assert document.endswith("}\n")


async def test_a_worktree_is_answered_with_the_path_of_its_chamber(context: Context) -> None:
    asked = OperatorCommand(name="worktree", root="/", chamber="Fix", text="Mend it")
    path = await run_command(context, asked)
    (chamber,) = (await context.store.snapshot()).chambers.values()
    assert (chamber.path, chamber.name, chamber.brief) == (path, "fix", "Mend it")
