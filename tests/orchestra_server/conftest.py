"""A conductor's workplace: a real repository, a real store, and a clock that a test can move."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import Clock, a_started_task, chambers_open
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository

MakeContext = Callable[[Path], Context]


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context_at(store: Store, settings: Settings, clock: Clock) -> MakeContext:
    def at(directory: Path) -> Context:
        project = find_project(directory)
        return Context(
            store=store, project=project, settings=settings, actor="conductor", clock=clock
        )

    return at


@pytest.fixture
def context(context_at: MakeContext, repository: TestRepository) -> Context:
    return context_at(repository.path)


@pytest.fixture
async def task_id(context: Context) -> str:
    """A task that was started in `repository`."""
    return await a_started_task(context)


@pytest.fixture
async def auth(context: Context, task_id: str) -> TestRepository:
    """The worktree of that task's chamber `auth`."""
    return (await chambers_open(context, task_id, ["auth"]))["auth"]
