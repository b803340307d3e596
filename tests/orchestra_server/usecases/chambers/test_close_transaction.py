"""Closing several chambers: each ends or stays by itself, and what is asked for stays asked."""

import asyncio
from typing import Literal

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers.chamber_lifecycle import chamber_event
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.chambers import close_transaction
from orchestra_server.usecases.chambers.close_transaction import close_all, close_one
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from tests.support.conductor.tasks import chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

OTHER_CLONE = "c-other"


@pytest.fixture
def repo(repository: TestRepository) -> Repository:
    return open_repository(repository.path)


async def task_of(context: Context, task_id: str) -> Task:
    return (await context.store.snapshot()).tasks[task_id]


async def record(context: Context, chamber: Chamber) -> Chamber:
    """Write a chamber's document as some other process left it."""

    async def decide(_reads: Reads) -> Change:
        return Change(events=(chamber_event(chamber, "chamber.closing", 1, "a"),))

    await context.store.transact(decide)
    return chamber


def make_unclosable(chamber: TestRepository) -> None:
    """Put a repository of its own into the chamber: git would save a mere pointer to it."""
    chamber.git("init", "--quiet", "nested")
    chamber.at(chamber.path / "nested").commit("mine", {"mine.txt": "x\n"})


async def test_a_chamber_that_cannot_be_closed_stays_live_and_the_others_are_closed(
    context: Context, repo: Repository, task_id: str
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api", "docs"])
    make_unclosable(worktrees["api"])
    chambers = [await chamber_of(context, task_id, name) for name in worktrees]
    with pytest.raises(OrchestraError) as fault:
        await close_all(context, repo, await task_of(context, task_id), chambers)
    auth, api, docs = [await chamber_of(context, task_id, name) for name in worktrees]
    assert (auth.state, api.state, docs.state) == ("closed", "live", "closed")
    assert (api.note, api.ended_at) == (f"could not be closed: {fault.value}", 0)
    assert worktrees["api"].read("nested/mine.txt") == "x\n"


async def test_a_batch_of_which_one_chamber_has_ended_meanwhile_is_refused_as_a_whole(
    context: Context, repo: Repository, task_id: str
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    task = await task_of(context, task_id)
    auth, api = [await chamber_of(context, task_id, name) for name in worktrees]
    await close_one(context, repo, task, api)
    with pytest.raises(Refused, match=r"^chamber 'api' was changed meanwhile; call again$"):
        await close_all(context, repo, task, [auth, api])
    assert await chamber_of(context, task_id, "auth") == auth
    assert worktrees["auth"].path.exists()


async def test_a_closing_for_another_clone_that_fails_is_still_asked_for(
    context: Context, repo: Repository, auth: TestRepository, task_id: str
) -> None:
    live = await chamber_of(context, task_id, "auth")
    asked = await record(context, replace(live, state="closing", asked_by=OTHER_CLONE))
    make_unclosable(auth)
    with pytest.raises(OrchestraError):
        await close_one(context, repo, await task_of(context, task_id), asked)
    still_asked = await chamber_of(context, task_id, "auth")
    assert (still_asked.is_asked_to_close, still_asked.asked_by) == (True, OTHER_CLONE)
    assert still_asked.note.startswith("could not be closed: ")


async def test_a_closing_of_work_that_another_clone_has_landed_is_tried_again_when_it_fails(
    context: Context, repo: Repository, auth: TestRepository, task_id: str
) -> None:
    live = await chamber_of(context, task_id, "auth")
    begun = await record(context, replace(live, state="closing", landed=auth.head, ended_at=7))
    make_unclosable(auth)
    with pytest.raises(OrchestraError):
        await close_one(context, repo, await task_of(context, task_id), begun)
    assert (await chamber_of(context, task_id, "auth")).state == "closing"


@pytest.mark.parametrize("state", ["closed", "live"])
async def test_a_failed_closing_leaves_a_chamber_alone_that_others_have_changed_meanwhile(
    context: Context,
    repo: Repository,
    task_id: str,
    monkeypatch: pytest.MonkeyPatch,
    state: Literal["closed", "live"],
) -> None:
    await chambers_open(context, task_id, ["auth"])
    chamber = await chamber_of(context, task_id, "auth")
    changed = replace(chamber, state=state, note="by others")
    loop = asyncio.get_running_loop()

    def change_and_fail(*_: object, into: str) -> list[OrchestraError]:
        asyncio.run_coroutine_threadsafe(record(context, changed), loop).result(10)
        return [Refused(f"it cannot be saved {into}")]

    monkeypatch.setattr(close_transaction, "save_and_remove_all", change_and_fail)
    with pytest.raises(Refused, match="it cannot be saved"):
        await close_one(context, repo, await task_of(context, task_id), chamber)
    assert await chamber_of(context, task_id, "auth") == changed


@pytest.mark.parametrize("is_begun", [True, False])
async def test_a_missing_directory_was_deleted_unless_an_earlier_closing_had_begun(
    context: Context, repo: Repository, auth: TestRepository, task_id: str, *, is_begun: bool
) -> None:
    chamber = await chamber_of(context, task_id, "auth")
    if is_begun:
        chamber = await record(context, replace(chamber, state="closing", ended_at=7))
    auth.path.rename(auth.path.with_name("elsewhere"))
    closed, work = await close_one(context, repo, await task_of(context, task_id), chamber)
    assert closed.state == "closed"
    expected = "" if is_begun else "; its directory had been deleted"
    assert work.note == f"its work is merged{expected}"


async def test_unread_mail_expires_with_each_closed_chamber(
    context: Context, repo: Repository, task_id: str
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    sent = [
        await interrupt_worker(context, task_id=task_id, chamber=name, message="look")
        for name in worktrees
    ]
    chambers = [await chamber_of(context, task_id, name) for name in worktrees]
    await close_all(context, repo, await task_of(context, task_id), chambers)
    interrupts = (await context.store.snapshot()).interrupts
    states = [interrupts[message.interrupt_id].state for message in sent]
    assert states == ["expired", "expired"]
