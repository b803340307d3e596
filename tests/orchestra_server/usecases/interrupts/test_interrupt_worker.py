"""Sending an interrupt, and when it is sent again."""

import errno
import json

import pytest

from orchestra_core.errors import BadInput, OrchestraError, Refused, Unknown
from orchestra_core.models import Interrupt
from orchestra_core.replies.interrupts import SentInterrupt
from orchestra_core.store.reads import Reads
from orchestra_server.files.chamber import mailbox
from orchestra_server.files.spool.receipts import RECEIPTS
from orchestra_server.files.spool.spool_folder import make_spool
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts import interrupt_worker as interrupt_worker_module
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.tasks.advance_phase import advance_phase
from tests.support.conductor.tasks import a_started_task, chambers_open, kinds


async def test_an_interrupt_is_posted_into_the_chamber(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    sent = await interrupt_worker(
        context, task_id=task_id, chamber="auth", message="Use UTC", requires="stop"
    )
    assert (sent.state, sent.requires, sent.already_sent) == ("posted", "stop", False)
    (letter,) = json.loads(chamber.read(".INTERRUPT"))["interrupts"]
    assert (letter["id"], letter["message"]) == (sent.interrupt_id, "Use UTC")
    assert (await kinds(context))[-2:] == ["interrupt.sent", "interrupt.posted"]
    assert chamber.status == ""


async def test_a_mailbox_that_cannot_be_written_is_reported_and_nothing_is_promised(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "write_atomically", refuse)
        sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UTC")
    assert sent.state == "sent"
    assert f"the mailbox in {chamber.path} cannot be written" in sent.next_step
    again = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UTC")
    assert again.state == "posted"
    assert "interrupts the worker" in again.next_step


async def test_a_repeated_message_whose_receipt_waits_in_the_spool_is_not_posted_again(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first sender was killed when it had posted and not recorded that."""
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]

    async def leave_sent(*of: object) -> object:
        return of[2]

    async def show_nothing(*_: object) -> None: ...

    with monkeypatch.context() as killed:
        killed.setattr(interrupt_worker_module, "post_at_once", leave_sent)
        killed.setattr(interrupt_worker_module, "show_change_soon", show_nothing)
        first = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UTC")
    assert first.state == "sent"
    spool = make_spool(context.project.git_dir)
    (spool / "auth.1.2.acted").write_text(json.dumps({"ids": [first.interrupt_id]}))
    again = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UTC")
    assert (again.already_sent, again.interrupt_id) == (True, first.interrupt_id)
    assert not (chamber.path / ".INTERRUPT").exists()


async def test_a_message_that_is_asked_for_twice_is_sent_once_though_it_was_read_between(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    asked_at = context.clock()

    async def ask(since: int | None) -> SentInterrupt:
        return await interrupt_worker(
            context, task_id=task_id, chamber="auth", message="Use UTC", asked_at=since
        )

    first = await ask(asked_at)
    await context.store.stamp_interrupt(
        first.interrupt_id, "delivered", at=context.clock(), actor="auth"
    )
    again = await ask(asked_at)
    assert (again.already_sent, again.interrupt_id) == (True, first.interrupt_id)
    assert not (await ask(None)).already_sent


async def test_a_repeated_message_is_sent_again_only_after_the_first_was_read(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    first, again = [
        await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UTC")
        for _ in range(2)
    ]
    assert (again.already_sent, again.interrupt_id) == (True, first.interrupt_id)
    await context.store.stamp_interrupt(first.interrupt_id, "delivered", at=1, actor="auth")
    third = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UTC")
    assert not third.already_sent
    assert third.interrupt_id != first.interrupt_id


async def test_repeating_a_message_many_times_takes_few_reads(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    asked: list[str] = []
    read = Reads.interrupt

    async def counted(reads: Reads, interrupt_id: str) -> Interrupt | None:
        asked.append(interrupt_id)
        return await read(reads, interrupt_id)

    monkeypatch.setattr(Reads, "interrupt", counted)
    ids: list[str] = []
    for _ in range(20):
        asked.clear()
        sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Go on")
        await context.store.stamp_interrupt(sent.interrupt_id, "acted", at=1, actor="auth")
        ids.append(sent.interrupt_id)
    assert len(set(ids)) == 20
    assert len(asked) <= 12


async def test_a_receipt_that_a_hook_left_is_collected(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use UTC")
    receipt = {"interrupt_id": sent.interrupt_id, "state": "delivered", "at": 5}
    receipt_file = chamber.write(str(RECEIPTS / "1.json"), json.dumps(receipt))
    await advance_phase(context, task_id=task_id)
    state = await context.store.snapshot()
    assert state.interrupts[sent.interrupt_id].state == "delivered"
    assert not receipt_file.exists()


@pytest.mark.parametrize(
    ("chamber", "message", "requires", "error"),
    [
        ("nope", "x", "review", Unknown),
        ("../x", "x", "review", BadInput),
        ("auth", "", "review", BadInput),
        ("auth", "x" * 8001, "review", BadInput),
        ("auth", "x", "obey", BadInput),
        ("gone", "x", "review", Refused),
    ],
    ids=["unknown", "path", "empty", "long", "requires", "closed"],
)
async def test_an_invalid_interrupt_is_a_one_line_error_and_sends_nothing(
    context: Context, chamber: str, message: str, requires: str, error: type[OrchestraError]
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "gone"])
    await close_chamber(context, task_id=task_id, chamber="gone")
    with pytest.raises(error) as caught:
        await interrupt_worker(
            context, task_id=task_id, chamber=chamber, message=message, requires=requires
        )
    assert "\n" not in str(caught.value)
    assert "interrupt.sent" not in await kinds(context)


async def test_a_message_that_no_hook_can_show_says_so(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.git("clean", "-fdxq")
    sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="look")
    assert "the hook that shows it is gone" in sent.next_step
    assert "orchestra reconcile" in sent.next_step
