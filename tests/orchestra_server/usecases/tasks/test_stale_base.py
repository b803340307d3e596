"""A base that is behind what was fetched, or whose branch is gone, is said where work begins."""

from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.git.repositories import TestRepository, run_git


def behind_its_upstream(repository: TestRepository) -> None:
    upstream = repository.path.with_name("upstream")
    run_git(repository.path, "clone", "--quiet", str(repository.path), str(upstream))
    repository.at(upstream).commit("newer", {"newer": "x\n"})
    repository.git("remote", "add", "origin", str(upstream))
    repository.git("fetch", "--quiet", "origin")
    repository.git("branch", "--quiet", "--set-upstream-to=origin/main", "main")


async def test_a_base_behind_its_upstream_is_reported_when_work_starts(
    context: Context, repository: TestRepository
) -> None:
    behind_its_upstream(repository)
    started = await start_task(context, description="Add a login")
    made = await create_chambers_batch(context, task_id=started.task_id, chamber_names=["auth"])
    assert "is 1 commit behind origin/main, as last fetched" in started.next_step
    assert "is 1 commit behind origin/main, as last fetched" in made.notes[0]
    newer = await create_chambers_batch(
        context, task_id=started.task_id, chamber_names=["api"], base="origin/main"
    )
    assert newer.notes == []


async def test_a_deleted_base_branch_is_reported_with_its_remedy(
    context: Context, repository: TestRepository
) -> None:
    started = await start_task(context, description="Add a login")
    repository.git("branch", "-m", "main", "trunk")
    made = await create_chambers_batch(context, task_id=started.task_id, chamber_names=["auth"])
    assert made.notes[0].startswith("The branch main that the work is to land on is gone: make it")
