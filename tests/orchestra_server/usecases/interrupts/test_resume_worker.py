"""A suspended chamber: no tool runs until it is resumed, and every server says the same of it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unknown
from orchestra_core.models import Chamber
from orchestra_core.settings import REDIS_URL, STATE_DIR
from orchestra_server.files.chamber.mailbox import MAIL, unread
from orchestra_server.files.chamber.suspension import SUSPENDED, read_suspension
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.interrupts.resume_worker import GO_ON, resume_worker
from orchestra_server.usecases.tasks.advance_phase import advance_phase
from tests.support.conductor.tasks import chamber_of, kinds
from tests.support.git.repositories import TestRepository


async def suspend(context: Context, task_id: str, message: str = "Wait for the schema") -> str:
    sent = await interrupt_worker(
        context, task_id=task_id, chamber="auth", message=message, requires="suspend"
    )
    return sent.interrupt_id


async def chamber(context: Context, task_id: str) -> Chamber:
    return await chamber_of(context, task_id, "auth")


async def read_by_its_worker(context: Context, chamber: Path, interrupt_id: str) -> None:
    """Do what a hook does that delivers all the mail there is."""
    (chamber / MAIL).unlink()
    await context.store.stamp_interrupt(interrupt_id, "delivered", at=9, actor="auth")


async def test_suspending_denies_the_workers_tools_with_the_reason(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    interrupt_id = await suspend(context, task_id)
    suspension = read_suspension(auth.path)
    assert suspension is not None
    assert (suspension.interrupt_id, suspension.sender) == (interrupt_id, "conductor")
    assert suspension.message == "Wait for the schema"
    assert suspension.since == (await chamber(context, task_id)).suspended_at > 0
    assert unread(auth.path) == [interrupt_id]
    told = (await kinds(context))[-3:]
    assert told == ["interrupt.sent", "chamber.suspended", "interrupt.posted"]
    (status,) = (await get_parallel_status(context, task_id=task_id)).chambers
    assert status.suspended_since.endswith("Z")
    assert auth.status == ""


async def test_review_and_stop_do_not_suspend(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    for requires in ("review", "stop"):
        await interrupt_worker(
            context, task_id=task_id, chamber="auth", message=requires, requires=requires
        )
    assert (await chamber(context, task_id)).suspended_at == 0
    assert not (auth.path / SUSPENDED).exists()


async def test_a_worker_that_noticed_the_suspension_gets_a_message_to_continue(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    interrupt_id = await suspend(context, task_id)
    await read_by_its_worker(context, auth.path, interrupt_id)
    answer = await resume_worker(context, task_id=task_id, chamber="auth")
    assert (answer.was_suspended, answer.told) == (True, True)
    assert not (auth.path / SUSPENDED).exists()
    assert (await chamber(context, task_id)).suspended_at == 0
    (letter,) = json.loads(auth.read(MAIL))["interrupts"]
    assert (letter["message"], letter["requires"]) == (GO_ON, "review")


async def test_a_suspension_that_nobody_noticed_leaves_no_message(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    interrupt_id = await suspend(context, task_id)
    answer = await resume_worker(context, task_id=task_id, chamber="auth")
    assert (answer.was_suspended, answer.told) == (True, False)
    assert not (auth.path / MAIL).exists()
    assert not (auth.path / SUSPENDED).exists()
    assert (await context.store.snapshot()).interrupts[interrupt_id].state == "cancelled"


async def test_a_suspension_that_a_hook_is_showing_is_followed_by_a_message_to_continue(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    interrupt_id = await suspend(context, task_id)
    (auth.path / MAIL).rename(auth.path / f"{MAIL}.1.2")
    assert (await resume_worker(context, task_id=task_id, chamber="auth")).told
    first, second = unread(auth.path)
    assert first == interrupt_id
    assert (await context.store.snapshot()).interrupts[second].message == GO_ON


async def test_resuming_twice_returns_the_same_and_makes_one_event(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    interrupt_id = await suspend(context, task_id)
    await read_by_its_worker(context, auth.path, interrupt_id)
    await resume_worker(context, task_id=task_id, chamber="auth")
    again = await resume_worker(context, task_id=task_id, chamber="auth")
    assert (again.was_suspended, again.told) == (False, False)
    assert (await kinds(context)).count("chamber.resumed") == 1
    assert len(unread(auth.path)) == 1


async def test_a_second_suspension_keeps_the_first_time_and_shows_the_new_reason(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    await suspend(context, task_id)
    first = (await chamber(context, task_id)).suspended_at
    second = await suspend(context, task_id, "And leave the tests alone")
    suspension = read_suspension(auth.path)
    assert suspension is not None
    assert (suspension.since, suspension.interrupt_id) == (first, second)
    assert suspension.message == "And leave the tests alone"


async def test_cancelling_the_suspending_message_ends_the_suspension(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    interrupt_id = await suspend(context, task_id)
    answer = await cancel_interrupt(context, task_id=task_id, interrupt_id=interrupt_id)
    assert answer.resumed
    assert not (auth.path / SUSPENDED).exists()
    assert (await kinds(context))[-2:] == ["interrupt.cancelled", "chamber.resumed"]


async def test_a_chamber_can_be_suspended_again_after_it_was_resumed(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    for _ in range(2):
        interrupt_id = await suspend(context, task_id)
        assert (auth.path / SUSPENDED).exists()
        await read_by_its_worker(context, auth.path, interrupt_id)
        await resume_worker(context, task_id=task_id, chamber="auth")
        (word,) = unread(auth.path)
        await read_by_its_worker(context, auth.path, word)
    assert (await kinds(context)).count("chamber.suspended") == 2


async def test_a_suspended_chamber_is_not_suspended_after_closing_and_restoring(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.write("work.py", "x\n")
    await suspend(context, task_id)
    await close_chamber(context, task_id=task_id, chamber="auth")
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (await chamber(context, task_id)).suspended_at == 0
    assert not (auth.path / SUSPENDED).exists()


async def test_the_next_change_corrects_the_suspension_file(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    await suspend(context, task_id)
    (auth.path / SUSPENDED).write_text("{")
    await advance_phase(context, task_id=task_id)
    assert read_suspension(auth.path) is not None
    await resume_worker(context, task_id=task_id, chamber="auth")
    (auth.path / SUSPENDED).write_text('{"since": 1, "interrupt_id": "i"}')
    await advance_phase(context, task_id=task_id)
    assert not (auth.path / SUSPENDED).exists()


async def test_concurrent_suspending_and_resuming_leave_the_file_equal_to_the_store(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    for number in range(5):
        await asyncio.gather(
            suspend(context, task_id, f"wait {number}"),
            resume_worker(context, task_id=task_id, chamber="auth"),
            advance_phase(context, task_id=task_id),
        )
        suspended = (await chamber(context, task_id)).suspended_at > 0
        assert (auth.path / SUSPENDED).exists() == suspended


async def test_only_a_live_chamber_can_be_resumed(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    with pytest.raises(Unknown, match="no chamber 'api'; its chambers are: auth"):
        await resume_worker(context, task_id=task_id, chamber="api")
    await close_chamber(context, task_id=task_id, chamber="auth")
    with pytest.raises(Refused, match="is closed and has no worker"):
        await resume_worker(context, task_id=task_id, chamber="auth")


SENDING = """
import asyncio, sys
from pathlib import Path
from orchestra_core.project import find_project
from orchestra_core.settings import read_settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker

async def main(directory, project_id, task_id, who):
    project = find_project(Path(directory))
    async with open_store(project_id, read_settings()) as store:
        context = Context(store=store, project=project, settings=read_settings(), actor=who)
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(5):
            await interrupt_worker(
                context, task_id=task_id, chamber="auth", message=f"{who} {number}"
            )

asyncio.run(main(*sys.argv[1:]))
"""


async def test_messages_that_two_processes_send_at_once_both_arrive_in_order(
    context: Context, task_id: str, auth: TestRepository, repository: TestRepository
) -> None:
    running = [start_sending(context, task_id, repository, who) for who in ("one", "two")]
    # Both stand ready with their store open before either is told to begin.
    assert [line_of(process) for process in running] == ["ready\n", "ready\n"]
    for process in running:
        tell(process)
    assert [process.wait(60) for process in running] == [0, 0]
    messages = [load["message"] for load in json.loads(auth.read(MAIL))["interrupts"]]
    for who in ("one", "two"):
        assert [message for message in messages if message.startswith(who)] == [
            f"{who} {n}" for n in range(5)
        ]
    assert len(messages) == 10
    interrupts = (await context.store.snapshot()).interrupts.values()
    assert {interrupt.state for interrupt in interrupts} == {"posted"}


def start_sending(
    context: Context, task_id: str, repository: TestRepository, who: str
) -> subprocess.Popen[str]:
    """Start a process that sends five messages to auth once it is told to."""
    settings, project = context.settings, context.store.keys.project
    return subprocess.Popen(
        [sys.executable, "-c", SENDING, str(repository.path), project, task_id, who],
        env={
            **os.environ,
            REDIS_URL: settings.redis_url,
            STATE_DIR: str(settings.state_dir),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with process.stdout as lines:
        return lines.readline()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    with process.stdin as words:
        words.write("\n")
