"""A server that starts while its clone's id is disputed repairs nothing until that is over."""

from pathlib import Path

import pytest

from orchestra_core.clone.clone_id import clone_id, is_disputed
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.tools import server_session
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.usecases.clones.registration import describe_clone, register_clone
from tests.support.waiting import until


async def test_a_server_reconciles_once_its_clones_id_is_no_longer_disputed(
    settings: Settings, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_session, "DISPUTE_LOOK_SECONDS", 0.01)
    project = find_project(repository)
    noted_by_reconcile = project.git_dir / "orchestra" / "place"
    async with open_store(project.id, settings) as store:
        clone = describe_clone(project, clone_id(project.git_dir))
        await store.say_heard(clone, "another machine", "mail", silent_ms=60_000)
        async with ServerSession(settings, repository).open():
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
    session = ServerSession(settings, repository)
    async with session.open():
        context = await session.context("conductor")
        assert context.clone == ""
        assert (await context.store.snapshot()).tasks == {}
