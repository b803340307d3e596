"""`orchestra resume`, as the daemon and the command line run it."""

import pytest

from orchestra_core.errors import BadInput, Unknown
from orchestra_server.operator_commands.run_resume import check_resume, resumed_lines
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from tests.support.conductor.tasks import a_started_task, chambers_open


def test_a_name_that_no_chamber_can_have_is_refused() -> None:
    check_resume("auth-api")
    with pytest.raises(BadInput, match=r"'\.\./auth' is not allowed"):
        check_resume("../auth")


async def test_a_chamber_is_resumed_by_its_name_alone_and_says_what_its_worker_is_told(
    context: Context,
) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    await interrupt_worker(
        context, task_id=task, chamber="auth", message="Stop", requires="suspend"
    )
    output = await resumed_lines(context, "auth", "")
    assert output.startswith(f"auth ({task}) is resumed. ")
    assert output.endswith(".\n")


async def test_a_task_that_is_named_is_not_looked_for(context: Context) -> None:
    await chambers_open(context, await a_started_task(context), ["auth"])
    with pytest.raises(Unknown, match="nobody"):
        await resumed_lines(context, "auth", "nobody")
