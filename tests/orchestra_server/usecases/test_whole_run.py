"""A task from its start to its end, as a conductor calls the verbs, on all kinds of repository."""

import asyncio
from pathlib import Path

import pytest

from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.concurrency.repository_lock import run_shielded
from orchestra_server.usecases.tasks.start_task import start_task
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from tests.orchestra_server.conftest import MakeContext
from tests.support.conductor.tasks import (
    a_started_task,
    chamber_of,
    chambers_open,
    leave_half_made,
    until_told,
)
from tests.support.git.repositories import (
    TestRepository,
    bare_with_worktree,
    small_repository,
    with_submodule,
)


async def test_four_calls_take_a_task_from_start_to_completion(
    context: Context, repository: TestRepository
) -> None:
    started = await start_task(
        context,
        description="Build a REST API with JWT authentication and a PostgreSQL database",
        complexity="auto-detect",
    )
    task_id = started.task_id
    made = await create_chambers_batch(
        context, task_id=task_id, chamber_names=["auth", "database", "api"]
    )
    for chamber in made.chambers:
        repository.at(Path(chamber.path)).write(f"{chamber.name}.py", f"{chamber.name}\n")
    recorded = await record_agent_action(
        context,
        task_id=task_id,
        agent_id="implementation-executor-auth",
        action="Implemented login",
        result="12 tests pass",
        patterns=["JWT auth", "rate limiting"],
    )
    done = await complete_task(
        context, task_id=task_id, commit_changes=True, summary="The API with login"
    )
    assert recorded.chamber == "auth"
    assert done.merged == ["auth", "database", "api"]
    assert [repository.read(f"{name}.py") for name in done.merged] == [
        "auth\n",
        "database\n",
        "api\n",
    ]
    assert repository.status == ""


async def _run(context: Context, checkout: TestRepository) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    assert chamber.status == ""
    chamber.write("auth.py", "tokens\n")
    done = await complete_task(context, task_id=task_id, summary="Add a login")
    assert done.completed
    assert checkout.read("auth.py") == "tokens\n"
    assert checkout.status == ""


async def test_a_task_completes_in_a_path_with_spaces_and_other_scripts(
    context_at: MakeContext, tmp_path: Path
) -> None:
    checkout = small_repository(tmp_path / "mein Büro 東京 'x'")
    await _run(context_at(checkout.path), checkout)


async def test_a_task_completes_in_the_worktree_of_a_bare_clone(
    context_at: MakeContext, tmp_path: Path
) -> None:
    _, checkout = bare_with_worktree(tmp_path)
    await _run(context_at(checkout.path), checkout)


async def test_a_task_completes_in_a_repository_with_submodules(
    context_at: MakeContext, tmp_path: Path
) -> None:
    checkout = with_submodule(tmp_path)
    await _run(context_at(checkout.path), checkout)


async def test_a_task_completes_in_a_persons_linked_worktree(
    context_at: MakeContext, repository: TestRepository, tmp_path: Path
) -> None:
    repository.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = repository.at(tmp_path / "side")
    await _run(context_at(side.path), side)
    assert not (repository.path / "auth.py").exists()


async def test_a_cancelled_call_returns_its_outcome_when_repeated(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    first = asyncio.create_task(
        create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    )
    await until_told(context, "chamber.reserved")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    again = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert again.already_live


async def test_work_continues_after_its_call_was_cancelled() -> None:
    go_on, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await go_on.wait()
        ended.set()

    waiting = asyncio.create_task(run_shielded(work()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    async with asyncio.timeout(60):
        await ended.wait()


@pytest.mark.parametrize("verb", ["complete", "close"])
async def test_chambers_half_created_by_a_dead_process_do_not_block_the_next_call(
    context: Context, repository: TestRepository, verb: str
) -> None:
    task_id = await a_started_task(context)
    await leave_half_made(context, repository, task_id)
    if verb == "complete":
        assert (await complete_task(context, task_id=task_id, summary="x")).completed
    else:
        await close_chamber(context, task_id=task_id, chamber="auth")
    assert (await chamber_of(context, task_id, "auth")).state == "failed"
    assert repository.branches == ["main"]
    assert len(repository.git("worktree", "list").splitlines()) == 1
