"""An unknown worktree becomes a chamber unless its name or its task forbids it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.store.reads import Reads
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.worktrees.add_and_list import Worktree, list_worktrees
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.reconcile.adopt import adopt, follow
from tests.support.conductor.tasks import chamber_of, chambers_open, kinds
from tests.support.git.repositories import TestRepository


@pytest.fixture
def repo(repository: TestRepository) -> Repository:
    return open_repository(repository.path)


def worktree_on(repository: TestRepository, branch: str) -> Worktree:
    """Add a worktree that the store does not know."""
    path = repository.path / ".claude/worktrees/auth"
    repository.git("worktree", "add", "--quiet", "-b", branch, str(path))
    listed = list_worktrees(open_repository(repository.path))
    return next(tree for tree in listed if tree.branch == branch)


async def change(context: Context, wanted: Change) -> None:
    async def decide(_reads: Reads) -> Change:
        return wanted

    await context.store.transact(decide)


async def test_an_unknown_worktree_becomes_a_locked_chamber_of_its_task(
    context: Context, repository: TestRepository, repo: Repository, task_id: str
) -> None:
    base = repository.head
    tree = worktree_on(repository, f"orchestra/{task_id}/auth")
    repository.at(tree.path).commit("work", {"auth.py": "x\n"})
    repository.commit("elsewhere")
    [tree] = [listed for listed in list_worktrees(repo) if listed.path == tree.path]
    assert await adopt(context, repo, tree)
    chamber = await chamber_of(context, task_id, "auth")
    assert (chamber.state, chamber.base_commit, chamber.path) == ("live", base, str(tree.path))
    assert (tree.path / ".claude/settings.local.json").exists()
    [locked] = [listed for listed in list_worktrees(repo) if listed.path == tree.path]
    assert locked.locked_reason == f"orchestra: chamber auth of task {task_id}"


async def test_a_task_that_is_lost_too_is_recorded_with_its_chamber(
    context: Context, repository: TestRepository, repo: Repository
) -> None:
    assert await adopt(context, repo, worktree_on(repository, "orchestra/login-1a2b/auth"))
    task = (await context.store.snapshot()).tasks["login-1a2b"]
    assert (task.is_open, task.base_branch, task.base_commit) == (True, "main", repository.head)
    assert await kinds(context) == ["task.started", "chamber.created"]


async def test_a_name_that_another_chamber_holds_by_now_is_not_taken(
    context: Context, repository: TestRepository, repo: Repository, task_id: str
) -> None:
    tree = worktree_on(repository, f"orchestra/{task_id}/auth")
    await change(context, Change(events=(), claims={"auth": "t-2/auth"}))
    before = await kinds(context)
    assert not await adopt(context, repo, tree)
    assert await kinds(context) == before
    assert not (tree.path / ".claude").exists()


async def test_a_worktree_of_a_task_that_is_ending_or_has_ended_is_left_alone(
    context: Context, repository: TestRepository, repo: Repository, task_id: str
) -> None:
    tree = worktree_on(repository, f"orchestra/{task_id}/auth")
    task = (await context.store.snapshot()).tasks[task_id]
    for state in ("completing", "completed"):
        ending = replace(task, state=state)
        event = Event(at=1, kind="task.moved", task_id=task_id, data=EventData(task=ending))
        await change(context, Change(events=(event,)))
        assert not await adopt(context, repo, tree)


async def test_a_persons_own_worktree_is_not_adopted(
    context: Context, repository: TestRepository, repo: Repository
) -> None:
    assert not await adopt(context, repo, worktree_on(repository, "mine"))


async def test_a_moved_chamber_is_followed_and_its_task_only_if_its_checkout_is_gone(
    context: Context, repository: TestRepository, repo: Repository, task_id: str, tmp_path: Path
) -> None:
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    task = (await context.store.snapshot()).tasks[task_id]
    chamber = await chamber_of(context, task_id, "auth")
    elsewhere = tmp_path / "elsewhere"
    repository.git("worktree", "unlock", str(worktree.path))
    repository.git("worktree", "move", str(worktree.path), str(elsewhere))

    await follow(context, repo, task, chamber, elsewhere)
    state = await context.store.snapshot()
    assert state.chambers[chamber.id].path == str(elsewhere)
    assert state.tasks[task_id].working_directory == str(repository.path)

    gone = replace(task, working_directory=str(tmp_path / "deleted"))
    event = Event(at=1, kind="task.moved", task_id=task_id, data=EventData(task=gone))
    await change(context, Change(events=(event,)))
    await follow(context, repo, gone, chamber, elsewhere)
    assert (await context.store.snapshot()).tasks[task_id].working_directory == str(repository.path)
