"""What a server does where its clone's id is in doubt, or its repository is made anew under it."""

from pathlib import Path

import pytest

from orchestra_core.clone.clone_id import clone_id, is_disputed
from orchestra_core.project import find_project
from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.demo.demo_repository import create_demo_repository
from orchestra_server.tools import server_session
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.usecases.clones.registration import describe_clone, register_clone
from tests.support.conductor.orchestration import daemon_in_this_process, in_memory
from tests.support.git.repositories import delete_repository
from tests.support.waiting import until

REQUEST = {"description": "Add tags to books"}


async def test_a_server_reconciles_once_its_clones_id_is_no_longer_disputed(
    settings: Settings, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_session, "DISPUTE_LOOK_SECONDS", 0.01)
    project = find_project(repository)
    noted_by_reconcile = project.git_dir / "orchestra" / "place"
    async with open_store(project.id, settings) as store:
        clone = describe_clone(project, clone_id(project.git_dir))
        await store.say_heard(clone, "another machine", "mail", silent_ms=60_000)
        async with ServerSession(settings, repository, keep_daemon=daemon_in_this_process).open():
            await until(lambda: is_disputed(project.git_dir))
            assert not noted_by_reconcile.exists()
            await store.say_heard(clone, "another machine", "", silent_ms=60_000)
            await register_clone(store, project)
            await until(noted_by_reconcile.exists)


async def test_a_server_answers_where_no_id_can_be_noted(
    settings: Settings, repository: Path
) -> None:
    project = find_project(repository)
    (project.git_dir / "orchestra").write_text("a file where the folder should be")
    session = ServerSession(settings, repository, keep_daemon=daemon_in_this_process)
    async with session.open():
        context = await session.context("conductor")
        assert context.clone == ""
        assert (await context.store.snapshot()).tasks == {}


async def test_a_task_of_a_repository_deleted_under_the_server_is_not_gone_on_with(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        former = await conductor.call(StartedTask, "start_task", REQUEST)
        names = {"task_id": former.task_id, "chamber_names": ["tags"]}
        await conductor.call(CreatedChambers, "create_chambers_batch", names)
        delete_repository(repository)
        create_demo_repository(repository, {"other.py": "PRICE = 2\n"}, "Open another shop")
        started = await conductor.call(StartedTask, "start_task", REQUEST)
        names = {"task_id": started.task_id, "chamber_names": ["tags"]}
        made = await conductor.call(CreatedChambers, "create_chambers_batch", names)
    assert not started.already_open
    assert started.base_commit != former.base_commit
    assert (Path(made.chambers[0].path) / "other.py").is_file()
