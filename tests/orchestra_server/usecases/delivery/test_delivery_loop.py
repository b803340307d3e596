"""What was sent from another machine, or by a process that died, is posted where the chamber is."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Interrupt, Presence
from orchestra_server.domain.workers import interrupts
from orchestra_server.files.chamber.mailbox import MAIL, unread
from orchestra_server.files.chamber.suspension import SUSPENDED
from orchestra_server.files.spool.spool_folder import locked_spool
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery import delivery_loop, take_in_spool
from orchestra_server.usecases.delivery.delivery_loop import deliver_as_leader
from orchestra_server.usecases.delivery.take_in_spool import SpoolIntake
from tests.support.conductor.tasks import (
    Clock,
    chamber_of,
    chambers_open,
    until_told,
)
from tests.support.git.repositories import TestRepository
from tests.support.hooks.hooked_checkout import Session
from tests.support.stores.store_watch import commit
from tests.support.waiting import until, until_awaited


async def sent_from_elsewhere(context: Context, task_id: str, name: str) -> None:
    """Send as another machine does: it does not post."""
    letter = Interrupt(
        id=f"i-{name}", task_id=task_id, chamber="auth", message=name, sent_at=context.clock()
    )
    await commit(context.store, Change(events=(interrupts.sent(letter),)))


async def say(context: Context, chamber: Chamber, *, suspended: bool) -> None:
    """Commit what suspending or resuming on another machine commits."""
    changed = replace(chamber, suspended_at=context.clock() if suspended else 0)
    event = Event(
        at=1,
        kind="chamber.suspended" if suspended else "chamber.resumed",
        task_id=chamber.task_id,
        chamber=chamber.name,
        data=EventData(chamber=changed),
    )
    await commit(context.store, Change(events=(event,)))


def delivering(context: Context) -> AbstractAsyncContextManager[None]:
    """Have a postman."""
    return deliver_as_leader(context.store, context.project, context.clock)


async def test_pending_mail_is_posted_at_the_start(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    await sent_from_elsewhere(context, task_id, "one")
    assert not (auth.path / MAIL).exists()
    async with delivering(context):
        await until_told(context, "interrupt.posted")
    assert unread(auth.path) == ["i-one"]


async def test_changes_made_on_another_machine_reach_the_chamber_at_once(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    chamber = await chamber_of(context, task_id, "auth")
    async with delivering(context):
        await sent_from_elsewhere(context, task_id, "one")
        await until(lambda: unread(auth.path) == ["i-one"])
        await say(context, chamber, suspended=True)
        await until((auth.path / SUSPENDED).exists)
        await say(context, chamber, suspended=False)
        await until(lambda: not (auth.path / SUSPENDED).exists())
        await context.store.stamp_interrupt("i-one", "cancelled", at=9, actor="elsewhere")
        await until(lambda: not (auth.path / MAIL).exists())


async def test_mail_for_a_chamber_on_another_machine_is_not_posted_here(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    chamber = await chamber_of(context, task_id, "auth")
    await say(context, replace(chamber, clone="elsewhere"), suspended=True)
    (other,) = (await chambers_open(context, task_id, ["api"])).values()
    letter = Interrupt(id="i-api", task_id=task_id, chamber="api", message="x", sent_at=1)
    async with delivering(context):
        await sent_from_elsewhere(context, task_id, "one")
        await commit(context.store, Change(events=(interrupts.sent(letter),)))
        await until(lambda: unread(other.path) == ["i-api"])
    assert not (auth.path / MAIL).exists()
    assert not (auth.path / SUSPENDED).exists()
    assert (await context.store.snapshot()).interrupts["i-one"].state == "sent"


async def test_the_mail_of_an_ended_worker_expires_after_a_while(
    context: Context, task_id: str, auth: TestRepository, clock: Clock
) -> None:
    async with delivering(context):
        await sent_from_elsewhere(context, task_id, "one")
        await until_told(context, "interrupt.posted")
        ended = Presence(chamber_id=f"{task_id}/auth", state="finished", since=clock())
        clock.now += interrupts.LASTING_END  # ten seconds later the report comes in
        await context.store.report_presence(ended)
        await until_told(context, "interrupt.expired")
    stamped = (await context.store.snapshot()).interrupts["i-one"]
    assert stamped.note == interrupts.ENDED_NOTE
    assert not (auth.path / MAIL).exists()


async def test_one_server_of_a_repository_delivers_and_another_takes_over(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    async with delivering(context):
        async with delivering(context):
            await sent_from_elsewhere(context, task_id, "one")
            await until_told(context, "interrupt.posted")
        await sent_from_elsewhere(context, task_id, "two")
        await until(lambda: unread(auth.path) == ["i-one", "i-two"])


async def test_what_another_reader_has_left_in_the_spool_is_taken_in_without_a_new_report(
    context: Context, task_id: str, auth: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    chamber = await chamber_of(context, task_id, "auth")
    given_up = asyncio.Event()
    monkeypatch.setattr(delivery_loop, "_SPOOL_PATIENCE", 0.0)

    async def take_in_round(*arguments: Any) -> SpoolIntake:
        intake = await take_in_spool.take_in_round(*arguments)
        if intake.is_anothers:
            given_up.set()
        return intake

    async def is_known() -> bool:
        presence = await context.store.presence(chamber.id)
        return presence is not None and presence.state == "idle"

    monkeypatch.setattr(delivery_loop, "take_in_round", take_in_round)
    async with delivering(context):
        with locked_spool(context.project.git_dir, patience=10) as locked:
            assert locked
            async with asyncio.timeout(60):
                await given_up.wait()
                Session(auth.path).fire("Stop")
                given_up.clear()
                await given_up.wait()
        await until_awaited(is_known)


async def test_between_two_rounds_it_rests_so_that_reports_are_taken_in_together(
    context: Context, task_id: str, auth: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    chamber, rest = await chamber_of(context, task_id, "auth"), 0.2
    monkeypatch.setattr(delivery_loop, "_SPOOL_REST", rest)
    ends, began_after = list[float](), list[float]()

    async def take_in_round(*arguments: Any) -> SpoolIntake:
        began_after.extend(time.monotonic() - end for end in ends[-1:])
        intake = await take_in_spool.take_in_round(*arguments)
        ends.append(time.monotonic())
        return intake

    async def is_known() -> bool:
        presence = await context.store.presence(chamber.id)
        return presence is not None and presence.state == "idle"

    monkeypatch.setattr(delivery_loop, "take_in_round", take_in_round)
    async with delivering(context):
        for event in ("SessionStart", "UserPromptSubmit", "Stop"):
            await asyncio.to_thread(Session(auth.path).fire, event)
        await until_awaited(is_known)
    assert min(began_after) >= rest
