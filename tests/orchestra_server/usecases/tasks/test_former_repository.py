"""A repository is deleted and made anew at its place: its open tasks are not the new one's."""

import pytest

from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.reconcile.reconcile import reconcile
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import (
    TestRepository,
    delete_repository,
    run_git,
    small_repository,
)

REQUEST = "Add a login"


@pytest.mark.parametrize("reconciled", [False, True])
@pytest.mark.parametrize("way", ["made anew", "cloned anew"])
async def test_a_request_repeated_on_a_new_history_is_a_new_task(
    context: Context, repository: TestRepository, way: str, *, reconciled: bool
) -> None:
    await reconcile(context)
    former = await a_started_task(context, REQUEST)
    (await chambers_open(context, former, ["auth"]))["auth"].write("auth.py", "lost\n")
    upstream = repository.path.with_name("upstream.git")
    run_git(repository.path, "clone", "-q", "--bare", str(repository.path), str(upstream))
    run_git(upstream, "branch", "-D", f"orchestra/{former}/auth")
    delete_repository(repository.path)
    if way == "made anew":
        small_repository(repository.path, {"other.py": "other\n"})
    else:
        run_git(upstream, "clone", "-q", str(upstream), str(repository.path))
    if reconciled:
        await reconcile(context)

    started = await start_task(context, description=REQUEST)

    assert (started.already_open, started.base_commit) == (False, repository.head)
    closed = await chamber_of(context, former, "auth")
    assert (closed.state, closed.note.startswith("the repository")) == ("closed", True)
    made = await create_chambers_batch(context, task_id=started.task_id, chamber_names=["auth"])
    repository.at(repository.path / ".claude/worktrees/auth").write("new.py", "new\n")
    done = await complete_task(context, task_id=started.task_id, summary="S")
    assert (made.already_live, done.merged) == (False, ["auth"])
    assert repository.read("new.py") == "new\n"


async def test_a_task_of_this_repository_stays_open_though_all_its_chambers_were_deleted(
    context: Context, repository: TestRepository
) -> None:
    await reconcile(context)
    task_id = await a_started_task(context, REQUEST)
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    repository.git("worktree", "remove", "--force", "--force", str(worktree.path))
    repository.git("branch", "-D", f"orchestra/{task_id}/auth")
    assert (await start_task(context, description=REQUEST)).task_id == task_id
