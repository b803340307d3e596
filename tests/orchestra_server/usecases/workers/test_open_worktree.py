"""A worktree that a client asks for is a chamber, in a task that is open or in one made for it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unavailable
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.workers.open_worktree import REQUEST, open_worktree
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository, until_exists


async def test_without_a_task_one_is_made_and_the_next_worktree_joins_it(
    context: Context, repository: TestRepository
) -> None:
    path = await open_worktree(context, name="fix-login", brief="Mend the login")
    assert Path(path) == repository.path.resolve() / ".claude" / "worktrees" / "fix-login"
    await open_worktree(context, name="docs")
    state = await context.store.snapshot()
    (task,) = state.tasks.values()
    assert (task.description, task.is_open) == (REQUEST, True)
    briefs = {chamber.name: chamber.brief for chamber in state.chambers.values()}
    assert briefs == {"fix-login": "Mend the login", "docs": ""}


async def test_many_worktrees_at_once_share_one_task(context: Context) -> None:
    names = [f"agent-{number}" for number in range(5)]
    paths = await asyncio.gather(*(open_worktree(context, name=name) for name in names))
    assert [Path(path).name for path in paths] == names
    state = await context.store.snapshot()
    assert len(state.tasks) == 1
    assert all(chamber.is_live for chamber in state.chambers.values())


async def test_an_open_task_gets_the_worktree_at_the_present_commit(
    context: Context, repository: TestRepository
) -> None:
    task = await a_started_task(context)
    head = repository.commit("Go on", {"more.py": "B = 1\n"})
    path = await open_worktree(context, name="fix")
    chamber = await chamber_of(context, task, "fix")
    assert (chamber.path, chamber.base_commit) == (path, head)


async def test_a_task_of_another_branch_is_left_alone(
    context: Context, repository: TestRepository
) -> None:
    task = await a_started_task(context)
    repository.git("checkout", "--quiet", "-b", "release")
    await open_worktree(context, name="fix")
    state = await context.store.snapshot()
    assert [chamber.task_id == task for chamber in state.chambers.values()] == [False]


async def test_a_live_chamber_of_that_name_is_entered(context: Context) -> None:
    task = await a_started_task(context)
    chambers = await chambers_open(context, task, ["auth"])
    assert await open_worktree(context, name="Auth") == str(chambers["auth"].path)
    assert len((await context.store.snapshot()).chambers) == 1


@pytest.mark.parametrize(
    ("wanted", "name"), [("Fix/The Login", "fix-the-login"), ("übung", "bung"), ("..", "worktree")]
)
async def test_a_name_that_no_chamber_can_have_is_made_allowed(
    context: Context, wanted: str, name: str
) -> None:
    assert Path(await open_worktree(context, name=wanted)).name == name


async def test_a_name_that_something_else_has_gets_a_number(
    context: Context, repository: TestRepository
) -> None:
    there = repository.path / ".claude" / "worktrees" / "fix"
    there.mkdir(parents=True)
    (there / "notes").write_text("mine")
    assert Path(await open_worktree(context, name="fix")).name == "fix-2"
    assert (there / "notes").read_text() == "mine"


async def test_a_repository_without_a_commit_is_refused(
    context_at: Callable[[Path], Context], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    empty = TestRepository(tmp_path / "empty")
    empty.git("init", "--quiet")
    with pytest.raises(Refused, match="commit"):
        await open_worktree(context_at(empty.path), name="fix")


async def test_no_other_name_is_tried_while_a_program_of_the_person_still_runs(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    repository.hook("post-checkout", until_exists(go))
    try:
        with pytest.raises(Unavailable, match="post-checkout"):
            await open_worktree(replace(context, patience=1.0), name="fix")
        state = await context.store.snapshot()
        assert [chamber.name for chamber in state.chambers.values()] == ["fix"]
    finally:
        go.touch()
    assert Path(await open_worktree(context, name="fix")).name == "fix"
