"""A chamber's directory is replaced by a symbolic link: nothing is written or saved through it."""

import shutil
from collections.abc import Awaitable, Callable

import pytest

from orchestra_core.errors import OrchestraError
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

LINK = "was replaced by a symbolic link to "
Call = Callable[[Context, str], Awaitable[object]]


async def _close(context: Context, task_id: str) -> object:
    return await close_chamber(context, task_id=task_id, chamber="auth", confirm=True)


async def _complete(context: Context, task_id: str) -> object:
    return await complete_task(context, task_id=task_id, summary="Add a login", confirm=True)


async def a_linked_chamber(
    context: Context, repository: TestRepository
) -> tuple[str, TestRepository]:
    """Replace a chamber by a link to the main checkout, which has work of its own."""
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.commit("tokens", {"auth.py": "tokens\n"})
    shutil.rmtree(chamber.path)
    chamber.path.symlink_to(repository.path)
    repository.write("mine.py", "mine\n")
    return task_id, chamber


@pytest.mark.parametrize("call", [_close, _complete])
async def test_closing_and_completing_refuse_and_say_how_it_goes_on(
    context: Context, repository: TestRepository, call: Call
) -> None:
    task_id, chamber = await a_linked_chamber(context, repository)
    head = repository.head
    with pytest.raises(OrchestraError, match=LINK) as refused:
        await call(context, task_id)
    assert f"rm '{chamber.path}'" in str(refused.value)
    assert (repository.head, repository.status) == (head, "?? mine.py")
    assert repository.git("for-each-ref", "refs/orchestra") == ""
    chamber.path.unlink()
    await call(context, task_id)
    record = await chamber_of(context, task_id, "auth")
    assert record.saved_ref or repository.read("auth.py") == "tokens\n"
    assert repository.read("mine.py") == "mine\n"


async def test_mail_hooks_and_briefing_are_not_written_through_it(
    context: Context, repository: TestRepository
) -> None:
    task_id, _ = await a_linked_chamber(context, repository)
    before = sorted(repository.path.rglob("*"))
    await interrupt_worker(context, task_id=task_id, chamber="auth", message="look")
    [difference] = (await reconcile(context)).differences
    assert (difference.name, difference.mended) == ("linked directory", False)
    assert f"{LINK}{repository.path}" in difference.sentence
    after = [path for path in sorted(repository.path.rglob("*")) if ".git" not in path.parts]
    assert after == [path for path in before if ".git" not in path.parts]
    assert not (repository.path / ".INTERRUPT").exists()
