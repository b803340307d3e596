"""What the process on duty does for its clone."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.clone.clone_id import own_clone_id
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.events import Event, EventData
from orchestra_core.process.file_lock import is_locked
from orchestra_core.project import Project, find_project, id_by_place
from orchestra_core.settings import Settings
from orchestra_core.store.checkpoint import checkpoint_number
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from orchestra_server.daemon.clone_services import on_duty
from orchestra_server.usecases.clones.registration import DUTY_LOCK
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task
from tests.support.git.repositories import small_repository
from tests.support.samples.documents import a_clone
from tests.support.stores.store_watch import commit
from tests.support.waiting import until


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return find_project(small_repository(tmp_path / "shop").path)


async def test_the_process_on_duty_delivers_mail_watches_chambers_and_sends_heartbeats(
    store: Store, project: Project, settings: Settings
) -> None:
    locks = [project.git_dir / DUTY_LOCK, project.git_dir / "orchestra-radar.lock"]
    async with (
        on_duty(store, project, LiveSettings(settings, project.root), now_ms),
        asyncio.timeout(60),
    ):
        await until(lambda: all(is_locked(lock) for lock in locks))
        clone = own_clone_id(project.git_dir)
        while not (await store.snapshot()).heartbeats[clone].serves:  # noqa: ASYNC110 - no event says it
            await asyncio.sleep(0.01)
    await until(lambda: not any(is_locked(lock) for lock in locks))  # a fork may hold a copy
    assert not (await store.snapshot()).heartbeats[clone].serves


async def test_who_is_on_duty_trims_the_history(
    store: Store, project: Project, settings: Settings
) -> None:
    at = now_ms() - 8 * 86_400_000
    event = Event(at=at, kind="clone.appeared", data=EventData(clone=a_clone()))
    await commit(store, Change(events=(event,)))
    with_history = LiveSettings(replace(settings, history_keep=7), project.root)
    async with on_duty(store, project, with_history, now_ms), asyncio.timeout(60):
        while await checkpoint_number(store) == 0:  # noqa: ASYNC110 - trimming is no event
            await asyncio.sleep(0.01)
    assert min(event.at for event in await store.events()) > at


async def test_a_repository_that_was_moved_is_followed_before_its_chambers_are_served(
    project: Project, settings: Settings, tmp_path: Path
) -> None:
    own = replace(project, id=id_by_place(project.git_dir))
    async with open_store(own.id, settings) as before:
        task_id = await a_started_task(
            Context(store=before, project=own, settings=settings, actor="conductor")
        )
    moved = find_project(project.root.rename(tmp_path / "elsewhere"))
    assert moved.id == own.id
    async with (
        open_store(moved.id, settings) as after,
        on_duty(after, moved, LiveSettings(settings, moved.root), now_ms),
    ):
        task = (await after.snapshot()).tasks[task_id]
        assert task.working_directory == str(moved.root)
