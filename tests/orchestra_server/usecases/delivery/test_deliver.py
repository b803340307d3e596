"""One round of delivery: what is posted, withdrawn and stamped in the chambers of this clone."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Unavailable
from orchestra_core.events import Event, EventData
from orchestra_core.models import Interrupt
from orchestra_core.state import ProjectState
from orchestra_server.domain.workers import interrupts
from orchestra_server.files.chamber.mailbox import MAIL, unread
from orchestra_server.files.chamber.suspension import SUSPENDED
from orchestra_server.files.spool.spool_folder import make_spool
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.background_tasks import Background
from orchestra_server.usecases.delivery import deliver
from orchestra_server.usecases.delivery.deliver import deliver_mail, post_at_once
from tests.support.conductor.tasks import chamber_of
from tests.support.git.repositories import TestRepository
from tests.support.stores.store_watch import commit


@pytest.fixture
async def letter(context: Context, task_id: str, auth: TestRepository) -> Interrupt:
    """An interrupt that was sent to `auth` and that nobody has posted."""
    assert auth.path.is_dir()
    sent = Interrupt(id="i-1", task_id=task_id, chamber="auth", message="Stop", sent_at=1)
    await commit(context.store, Change(events=(interrupts.sent(sent),)))
    return sent


async def deliver_in(context: Context, state: ProjectState) -> bool:
    return await deliver_mail(
        context.store, state, context.clock, context.clone, context.project.git_dir
    )


async def state_of(context: Context, letter: Interrupt) -> str:
    return (await context.store.snapshot()).interrupts[letter.id].state


async def suspend(context: Context, task_id: str, by: Interrupt) -> None:
    chamber = await chamber_of(context, task_id, "auth")
    suspended = replace(chamber, suspended_at=1, suspended_by=by.id)
    event = Event(
        at=1,
        kind="chamber.suspended",
        task_id=task_id,
        chamber="auth",
        data=EventData(chamber=suspended),
    )
    await commit(context.store, Change(events=(event,)))


async def test_sent_mail_is_posted_and_stamped_once(
    context: Context, auth: TestRepository, letter: Interrupt
) -> None:
    assert await deliver_in(context, await context.store.snapshot())
    assert unread(auth.path) == ["i-1"]
    assert await state_of(context, letter) == "posted"
    assert not await deliver_in(context, await context.store.snapshot())


async def test_mail_that_was_acted_on_since_the_state_was_read_is_not_posted_again(
    context: Context, auth: TestRepository, letter: Interrupt
) -> None:
    earlier_state = await context.store.snapshot()
    await context.store.stamp_interrupt(letter.id, "acted", at=9, actor="orchestra")
    assert not await deliver_in(context, earlier_state)
    assert not (auth.path / MAIL).exists()
    assert await state_of(context, letter) == "acted"


async def test_mail_whose_receipt_waits_in_the_spool_is_not_posted_again(
    context: Context, auth: TestRepository, letter: Interrupt
) -> None:
    """Its sender was killed when it had posted and not recorded that, and its worker was quick."""
    spool = make_spool(context.project.git_dir)
    (spool / "auth.1.2.acted").write_text('{"ids": ["i-1"]}')
    assert await deliver_in(context, await context.store.snapshot())
    assert not (auth.path / MAIL).exists()
    assert await state_of(context, letter) == "posted"


async def test_another_clones_round_posts_nothing_here(
    context: Context, auth: TestRepository, letter: Interrupt
) -> None:
    state = await context.store.snapshot()
    common_dir = context.project.git_dir
    assert not await deliver_mail(context.store, state, context.clock, "another", common_dir)
    assert not (auth.path / MAIL).exists()
    assert await state_of(context, letter) == "sent"


async def test_mail_that_was_cancelled_while_it_was_posted_is_withdrawn(
    context: Context, auth: TestRepository, letter: Interrupt
) -> None:
    earlier_state = await context.store.snapshot()
    await context.store.stamp_interrupt(letter.id, "cancelled", at=9, actor="conductor")
    await deliver_in(context, earlier_state)
    assert not (auth.path / MAIL).exists()
    assert await state_of(context, letter) == "cancelled"


async def test_mail_stays_sent_while_its_mailbox_cannot_be_written(
    context: Context,
    auth: TestRepository,
    letter: Interrupt,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(_path: Path, _mail: object) -> None:
        raise Unavailable("no space left")

    state = await context.store.snapshot()
    chamber = state.chambers[letter.chamber_id]
    with monkeypatch.context() as full_disk:
        full_disk.setattr(deliver, "post", refuse)
        assert not await deliver_in(context, state)
        sent = await post_at_once(context.store, chamber, letter, context.clock, None)
    assert sent.state == "sent"
    assert await state_of(context, letter) == "sent"
    assert [record.getMessage() for record in caplog.records] == ["no space left"] * 2
    assert await deliver_in(context, state)
    assert unread(auth.path) == ["i-1"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_suspension_shows_before_the_mail_that_caused_it(
    context: Context,
    auth: TestRepository,
    letter: Interrupt,
    monkeypatch: pytest.MonkeyPatch,
    *,
    at_once: bool,
) -> None:
    was_suspended = list[bool]()
    post = deliver.post

    def observed_post(path: Path, mail: list[Interrupt]) -> None:
        was_suspended.append((path / SUSPENDED).exists())
        post(path, mail)

    await suspend(context, letter.task_id, letter)
    state = await context.store.snapshot()
    monkeypatch.setattr(deliver, "post", observed_post)
    if at_once:
        chamber = state.chambers[letter.chamber_id]
        await post_at_once(context.store, chamber, letter, context.clock, None)
    else:
        await deliver_in(context, state)
    assert was_suspended == [True]
    assert unread(auth.path) == ["i-1"]


async def test_mail_that_is_posted_at_once_is_stamped_in_the_background(
    context: Context, auth: TestRepository, letter: Interrupt
) -> None:
    chamber = await chamber_of(context, letter.task_id, "auth")
    background = Background()
    posted = await post_at_once(context.store, chamber, letter, context.clock, background)
    assert posted == replace(letter, state="posted")
    assert unread(auth.path) == ["i-1"]
    await background.finish()
    assert await state_of(context, letter) == "posted"
