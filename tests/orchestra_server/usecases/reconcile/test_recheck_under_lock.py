"""What reconcile saw is looked at again under the lock of the call that it may have disturbed."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import pytest

from orchestra_core.change import Change
from orchestra_core.models import Task
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks.task_lifecycle import completing, reopened
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.common.lookups import read_task
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from orchestra_server.usecases.concurrency.chamber_lock import try_lock_chamber
from orchestra_server.usecases.concurrency.task_lock import try_lock_task
from orchestra_server.usecases.reconcile import reconcile as reconcile_module
from orchestra_server.usecases.reconcile.observation import Observation
from orchestra_server.usecases.reconcile.observe import look
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

NOTE = "could not be closed: its filter failed"
Meanwhile = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Let nothing happen between the look and the repairs."""


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Meanwhile], None]:
    """Return a function whose argument runs each time between the look and the repairs."""

    def arrange(meanwhile: Meanwhile) -> None:
        async def look_then_change(context: Context, repo: Repository) -> Observation:
            seen = await look(context, repo)
            await meanwhile()
            return seen

        monkeypatch.setattr(reconcile_module, "look", look_then_change)

    return arrange


async def test_a_directory_that_a_refused_closing_has_put_back_is_not_a_deleted_one(
    context: Context, between: Callable[[Meanwhile], None]
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    aside = chamber.path.with_name(".orchestra-leaving-auth")

    async def closing_was_refused() -> None:
        """Leave the document as the earlier refusal left it: it says the same again."""

        async def decide(reads: Reads) -> Decision[None]:
            current = await reads.chamber(f"{task_id}/auth")
            assert current is not None
            stayed = chamber_lifecycle.stayed(current, note=NOTE, at=1, actor="conductor")
            return Decision(None, stayed)

        await run_transaction(context.store, decide)

    async def put_back() -> None:
        if aside.exists():
            aside.rename(chamber.path)

    await closing_was_refused()
    chamber.path.rename(aside)
    between(put_back)
    assert (await reconcile(context)).differences == []
    assert (await chamber_of(context, task_id, "auth")).is_live
    assert chamber.path.is_dir()


async def test_a_chamber_that_a_call_has_locked_since_the_look_is_left_to_it(
    context: Context, repository: TestRepository, between: Callable[[Meanwhile], None]
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    (chamber.path / HOOK_SETTINGS).unlink()
    for dry_run in (True, False):
        with ExitStack() as locks:

            async def begin_closing(locks: ExitStack = locks) -> None:
                locks.enter_context(try_lock_chamber(repository.path / ".git", "auth"))

            between(begin_closing)
            assert (await reconcile(context, dry_run=dry_run)).differences == []
    between(nothing)
    assert [difference.name for difference in (await reconcile(context)).differences] == [
        "lost hook"
    ]


async def test_a_task_that_a_call_has_locked_or_opened_again_since_the_look_is_left_to_it(
    context: Context, repository: TestRepository, between: Callable[[Meanwhile], None]
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "x\n")

    async def record(change: Callable[[Task], tuple[Task, Change]]) -> None:
        async def decide(reads: Reads) -> Decision[None]:
            return Decision(None, change(await read_task(reads, task_id))[1])

        await run_transaction(context.store, decide)

    def saving(task: Task) -> tuple[Task, Change]:
        return completing(
            task, at=1, actor="conductor", summary="x", ending="save", clone=context.clone
        )

    await record(saving)
    for dry_run in (True, False):
        with ExitStack() as locks:

            async def complete_again(locks: ExitStack = locks) -> None:
                locks.enter_context(try_lock_task(repository.path / ".git", task_id))

            between(complete_again)
            assert (await reconcile(context, dry_run=dry_run)).differences == []

    async def open_again() -> None:
        await record(lambda task: reopened(task, at=2, actor="conductor"))

    between(open_again)
    assert (await reconcile(context)).differences == []
    assert (await chamber_of(context, task_id, "auth")).is_live
    assert chamber.read("new") == "x\n"
