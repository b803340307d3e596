"""Mail that is called back, and mail that nobody will read: never lost, never a lie."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused, Unknown
from orchestra_core.events import Event, EventData
from orchestra_core.models import Presence
from orchestra_core.names import chamber_id
from orchestra_server.files.chamber.mailbox import DELIVERED, MAIL, unread
from orchestra_server.files.spool.receipts import RECEIPTS
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.tasks.advance_phase import advance_phase
from tests.support.conductor.tasks import Clock, a_started_task, chamber_of, kinds
from tests.support.git.repositories import TestRepository
from tests.support.stores.store_watch import commit


async def sent(context: Context, task_id: str, message: str, requires: str = "review") -> str:
    """Send a message to chamber auth and return its id."""
    sent = await interrupt_worker(
        context, task_id=task_id, chamber="auth", message=message, requires=requires
    )
    return sent.interrupt_id


async def state_of(context: Context, interrupt_id: str) -> str:
    return (await context.store.snapshot()).interrupts[interrupt_id].state


def letters_in(path: Path) -> list[str]:
    return [letter["message"] for letter in json.loads((path / MAIL).read_text())["interrupts"]]


async def test_cancelling_removes_an_unread_message_from_the_chamber(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    first, _ = await sent(context, task_id, "one"), await sent(context, task_id, "two")
    answer = await cancel_interrupt(context, task_id=task_id, interrupt_id=first)
    assert (answer.chamber, answer.already_cancelled, answer.resumed) == ("auth", False, False)
    assert letters_in(auth.path) == ["two"]
    stamped = (await context.store.snapshot()).interrupts[first]
    assert (stamped.state, stamped.note) == ("cancelled", "cancelled by conductor")
    assert stamped.ended_at > stamped.posted_at
    assert (await kinds(context))[-1] == "interrupt.cancelled"


async def test_cancelling_twice_returns_the_same_and_makes_one_event(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    first = await sent(context, task_id, "one")
    await cancel_interrupt(context, task_id=task_id, interrupt_id=first)
    again = await cancel_interrupt(context, task_id=task_id, interrupt_id=first)
    assert again.already_cancelled
    assert (await kinds(context)).count("interrupt.cancelled") == 1
    assert not (auth.path / MAIL).exists()


async def test_a_message_that_was_read_cannot_be_cancelled(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    first = await sent(context, task_id, "one")
    await context.store.stamp_interrupt(first, "delivered", at=5, actor="auth")
    with pytest.raises(Refused, match="was read by its worker at 1970"):
        await cancel_interrupt(context, task_id=task_id, interrupt_id=first)


async def test_a_message_that_a_hook_is_showing_cannot_be_cancelled(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    first = await sent(context, task_id, "one")
    (auth.path / MAIL).rename(auth.path / f"{MAIL}.1.2")
    with pytest.raises(Refused, match="being shown to its worker right now"):
        await cancel_interrupt(context, task_id=task_id, interrupt_id=first)
    assert await state_of(context, first) == "posted"


async def test_a_message_with_a_receipt_in_the_chamber_counts_as_read(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    first = await sent(context, task_id, "one")
    (auth.path / MAIL).rename(auth.path / DELIVERED)
    receipt = {"interrupt_id": first, "state": "delivered", "at": 5}
    auth.write(str(RECEIPTS / "1.json"), json.dumps(receipt))
    with pytest.raises(Refused, match="was read"):
        await cancel_interrupt(context, task_id=task_id, interrupt_id=first)
    assert await state_of(context, first) == "delivered"


async def test_the_error_for_an_unknown_interrupt_lists_the_unread_ones(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    with pytest.raises(Unknown, match="none of its messages is unread"):
        await cancel_interrupt(context, task_id=task_id, interrupt_id="i-nope")
    first = await sent(context, task_id, "one")
    with pytest.raises(Unknown, match=rf"unread are: {first} \(auth\)"):
        await cancel_interrupt(context, task_id=task_id, interrupt_id="../i")
    other = await a_started_task(context, "Something else")
    with pytest.raises(Unknown, match="has no interrupt"):
        await cancel_interrupt(context, task_id=other, interrupt_id=first)


async def test_a_message_posted_while_it_is_cancelled_is_removed_again(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    first = await sent(context, task_id, "one")
    await context.store.stamp_interrupt(first, "cancelled", at=9, actor="elsewhere")
    assert unread(auth.path) == [first]
    await advance_phase(context, task_id=task_id)
    assert unread(auth.path) == []


async def test_mail_for_a_chamber_on_another_machine_is_removed_there(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    first = await sent(context, task_id, "one")
    await move_to_other_host(context, task_id)
    with pytest.raises(
        Refused,
        match=r"is in clone elsewhere .*, and only that clone can take its mail",
    ):
        await cancel_interrupt(context, task_id=task_id, interrupt_id=first)
    second = await sent(context, task_id, "two")
    assert await state_of(context, second) == "sent"
    assert unread(auth.path) == [first]
    await cancel_interrupt(context, task_id=task_id, interrupt_id=second)
    assert await state_of(context, second) == "cancelled"


async def test_closing_a_chamber_reports_its_unread_mail(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    await sent(context, task_id, "one")
    read = await sent(context, task_id, "two")
    await context.store.stamp_interrupt(read, "delivered", at=5, actor="auth")
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    again = await close_chamber(context, task_id=task_id, chamber="auth")
    for answer in (closed, again):
        (mail,) = answer.undelivered
        assert (mail.message, mail.state) == ("one", "expired")
        assert mail.note == "undelivered: the chamber was closed before its worker read it"


async def test_completing_a_task_reports_its_unread_mail(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    await sent(context, task_id, "one")
    done = await complete_task(context, task_id=task_id, summary="x")
    assert [mail.message for mail in done.undelivered] == ["one"]
    assert "`undelivered` has 1 that no worker has read" in done.next_step


async def test_the_mail_of_a_worker_that_ended_is_reported_as_undelivered(
    context: Context, task_id: str, auth: TestRepository, clock: Clock
) -> None:
    first = await sent(context, task_id, "one")
    await ended(context, task_id, clock.now)
    await advance_phase(context, task_id=task_id)
    assert await state_of(context, first) == "posted"  # it may be blocked and go on
    clock.now += 10_000
    await advance_phase(context, task_id=task_id)
    stamped = (await context.store.snapshot()).interrupts[first]
    assert stamped.state == "expired"
    assert stamped.note == "undelivered: the worker ended before it read it"
    assert unread(auth.path) == []


async def test_mail_sent_after_a_worker_ended_waits_for_the_next_one(
    context: Context, task_id: str, auth: TestRepository, clock: Clock
) -> None:
    await ended(context, task_id, clock.now)
    clock.now += 60_000
    answer = await interrupt_worker(context, task_id=task_id, chamber="auth", message="one")
    assert "has finished: the message waits for the next one" in answer.next_step
    await advance_phase(context, task_id=task_id)
    assert unread(auth.path) == [answer.interrupt_id]


async def ended(context: Context, task_id: str, at: int) -> None:
    """Report that the worker in auth has finished."""
    chamber = chamber_id(task_id, "auth")
    await context.store.report_presence(Presence(chamber_id=chamber, state="finished", since=at))


async def move_to_other_host(context: Context, task_id: str) -> None:
    """Make the store say that chamber auth stands on another machine."""
    chamber = replace(await chamber_of(context, task_id, "auth"), clone="elsewhere")
    event = Event(
        at=1,
        kind="chamber.restored",
        task_id=task_id,
        chamber="auth",
        data=EventData(chamber=chamber),
    )
    await commit(context.store, Change(events=(event,)))
