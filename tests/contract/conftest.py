"""The store's side of the contract tests: a task with a chamber, and a client's session in it."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import PLAIN_GIT, small_repository
from tests.support.hooks.hooked_checkout import Session


@pytest.fixture
def context(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Context:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    directory = small_repository(tmp_path / "shop").path
    project = replace(find_project(directory), id=store.keys.project)  # where the hook reports to
    return Context(store=store, project=project, settings=settings, actor="operator")


@pytest.fixture
async def task_id(context: Context) -> str:
    return await a_started_task(context)


@pytest.fixture
async def session(context: Context, task_id: str) -> Session:
    """A session in the chamber `auth`."""
    return Session((await chambers_open(context, task_id, ["auth"]))["auth"].path)
