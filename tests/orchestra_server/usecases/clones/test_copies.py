"""Copies of a repository, and machines cloned with it, leave the original's chambers alone."""

import shutil

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.clone.clone_id import renew_clone_id
from orchestra_core.process.machine import holder_digest
from orchestra_server.usecases.clones.registration import describe_clone, register_clone
from orchestra_server.usecases.clones.whereabouts import former_clones
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.orchestra_server.usecases.clones.conftest import another_context
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository


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
    reconciled = await reconcile(copy)
    assert [
        difference.subject for difference in reconciled.differences if task_id in difference.subject
    ] == []
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


async def test_a_chamber_of_which_nothing_is_in_the_repository_is_not_closed(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    repository.git("worktree", "remove", "--force", "--force", str(auth.path))
    repository.git("branch", "-D", f"orchestra/{task_id}/auth")
    [difference] = (await reconcile(context)).differences
    assert (difference.name, difference.mended) == ("unknown chamber", False)
    assert (await chamber_of(context, task_id, "auth")).is_live


@pytest.mark.parametrize(("machine", "is_former"), [("this one", True), ("a copy of it", False)])
async def test_a_clone_at_this_place_is_former_unless_another_machine_serves_it(
    context: Context, machine: str, *, is_former: bool
) -> None:
    await register_clone(context.store, context.project)
    before = describe_clone(context.project, "0" * 16)
    own_holder = holder_digest(context.project.git_dir)
    holder = own_holder if machine == "this one" else "another run:the same place"
    await context.store.say_heard(before, holder, "mail", silent_ms=1)
    own = describe_clone(context.project, context.clone)
    former = former_clones(await context.store.snapshot(), own, now_ms())
    assert former == ({before.id} if is_former else set())
