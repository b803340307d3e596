"""Copies of a repository, and machines cloned with it, leave the original's chambers alone."""

import shutil

from orchestra_core.clone.clone_id import renew_clone_id
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.orchestra_server.usecases.clones.conftest import another_context
from tests.support.conducting import a_started_task, chamber_of, chambers_open
from tests.support.repositories import TestRepository


async def test_a_copy_of_the_repository_is_another_clone_and_repairs_nothing_of_the_original(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    auth.write("new.py", "1\n")
    shutil.copytree(repository.path, repository.path.with_name("copy"), symlinks=True)
    copy = another_context(context, repository.path.with_name("copy"))
    await register_clone(copy.store, copy.project)
    assert copy.clone != context.clone
    found = await reconcile(copy)
    assert [one.subject for one in found.differences if task_id in one.subject] == []
    chamber = await chamber_of(context, task_id, "auth")
    assert (chamber.is_live, chamber.clone) == (True, context.clone)
    assert auth.read("new.py") == "1\n"
    assert (await reconcile(context)).differences == []


async def test_a_machine_that_took_a_new_id_leaves_the_worktrees_that_came_with_it(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    auth.write("new.py", "1\n")
    original = context.clone
    renew_clone_id(context.project.git_dir, original)
    assert (await reconcile(context)).differences == []
    chamber = await chamber_of(context, task_id, "auth")
    assert (chamber.is_live, chamber.clone) == (True, original)
    assert auth.read("new.py") == "1\n"
    assert f"orchestra/{task_id}/auth" in repository.branches
