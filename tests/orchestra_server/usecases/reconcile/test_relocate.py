"""A repository that is moved takes its history along; a copy of one is another."""

import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.files.installation.install import initialise, undo
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.reconcile.reconcile import reconcile
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository, delete_repository, small_repository
from tests.support.kills.invariants import check_store


@asynccontextmanager
async def at_work(path: Path, settings: Settings) -> AsyncGenerator[Context]:
    """Act in a repository as a server does that was started there: it reconciles first."""
    project = find_project(path)
    async with open_store(project.id, settings) as store:
        context = Context(store=store, project=project, settings=settings, actor="test")
        await reconcile(context)
        yield context


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "my shop")


async def worked_in(shop: TestRepository, settings: Settings) -> str:
    """Leave a live chamber with uncommitted work, one that is closed, and a task without any."""
    async with at_work(shop.path, settings) as context:
        task_id = await a_started_task(context)
        chambers = await chambers_open(context, task_id, ["auth", "api"])
        chambers["auth"].commit("mine", {"auth.py": "committed\n"})
        chambers["auth"].write("new.py", "uncommitted\n")
        chambers["api"].write("api.py", "saved\n")
        await close_chamber(context, task_id=task_id, chamber="api")
        await start_task(context, description="Add tea")
        return task_id


async def test_a_repository_that_no_server_has_served_keeps_its_tasks_in_a_move(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    project = find_project(shop.path)
    async with open_store(project.id, settings) as store:
        context = Context(store=store, project=project, settings=settings, actor="operator")
        task_id = await a_started_task(context)
    moved = shop.path.rename(tmp_path / "elsewhere")
    assert find_project(moved).id == project.id
    async with at_work(moved, settings) as context:
        assert (await context.store.snapshot()).tasks[task_id].working_directory == str(moved)


async def test_after_a_move_the_tasks_exist_and_the_chambers_work(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    task_id = await worked_in(shop, settings)
    was = find_project(shop.path).id
    moved = TestRepository(shop.path.rename(tmp_path / "elsewhere"))
    assert find_project(moved.path).id == was

    async with at_work(moved.path, settings) as context:
        state = await check_store(context.store)
        assert {task.working_directory for task in state.tasks.values()} == {str(moved.path)}
        assert all(chamber.path.startswith(str(moved.path)) for chamber in state.chambers.values())
        chamber = moved.at(Path(state.chambers[f"{task_id}/auth"].path))
        assert (chamber.status, chamber.read("new.py")) == ("?? new.py", "uncommitted\n")
        assert str(shop.path) not in chamber.read(".claude/settings.local.json")
        assert (await reconcile(context)).differences == []
        await restore_chamber(context, task_id=task_id, chamber="api")
        done = await complete_task(context, task_id=task_id, summary="All of it")
        assert sorted(done.merged) == ["api", "auth"]
        assert (moved.read("new.py"), moved.read("api.py")) == ("uncommitted\n", "saved\n")
        [other] = [task.id for task in state.tasks.values() if task.id != task_id]
        await create_chambers_batch(context, task_id=other, chamber_names=["tea"])
    assert not shop.path.exists()


async def test_the_files_of_init_are_relocated_and_can_be_removed(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    initialise(shop.path, Path(sys.executable), isolation=False, agents=["codex"])
    await worked_in(shop, settings)
    moved = shop.path.rename(tmp_path / "elsewhere")
    async with at_work(moved, settings):
        pass
    hooks = (moved / ".claude/settings.local.json").read_text()
    assert str(moved) in hooks
    assert str(shop.path) not in hooks
    assert initialise(moved, Path(sys.executable), isolation=False, agents=["codex"]) == []
    undo(moved)
    assert not (moved / ".mcp.json").exists()


async def test_relocating_again_after_a_partial_relocation_completes_it(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    await worked_in(shop, settings)
    moved = shop.path.rename(tmp_path / "elsewhere")
    note = moved / ".git" / "orchestra" / "place"
    noted = note.read_text()
    async with at_work(moved, settings) as context:
        before = (await context.store.snapshot()).chambers
        note.write_text(noted)  # as a process leaves it that is killed before it has done all
        reconciled = await reconcile(context)
        assert [(difference.name, difference.mended) for difference in reconciled.differences] == [
            ("moved repository", True)
        ]
        assert (await check_store(context.store)).chambers == before
    assert note.read_text() != noted


async def test_a_copied_repository_is_a_separate_project_and_does_not_touch_the_originals_chambers(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    task_id = await worked_in(shop, settings)
    chamber = shop.at(shop.path / ".claude/worktrees/auth")
    before = chamber.read(str(HOOK_SETTINGS))
    copy = Path(shutil.copytree(shop.path, tmp_path / "copy", symlinks=True))
    own = find_project(copy).id
    assert own != find_project(shop.path).id
    async with at_work(copy, settings) as context:
        assert (await context.store.snapshot()).tasks == {}
    assert chamber.read(str(HOOK_SETTINGS)) == before
    async with at_work(shop.path, settings) as context:
        assert (await reconcile(context)).differences == []
        assert (await complete_task(context, task_id=task_id, summary="Done")).completed
    delete_repository(shop.path)
    assert find_project(copy).id == own


async def test_a_configured_project_id_is_not_recorded(
    shop: TestRepository, settings: Settings
) -> None:
    async with open_store("ours", settings) as store:
        project = find_project(shop.path, "ours")
        context = Context(store=store, project=project, settings=settings, actor="test")
        await reconcile(context)
    assert not (shop.path / ".git/orchestra/place").exists()
