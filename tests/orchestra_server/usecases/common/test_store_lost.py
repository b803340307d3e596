"""The store dies while chambers are made or landed: a repeat of the call goes through."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository
from tests.support.stores.valkey import Server, running_server, valkey_binary


def _dies_once(server: Server, marker: Path) -> str:
    """Return a hook's script that kills the store, the first time it runs."""
    assert server.process is not None
    return f"[ -e '{marker}' ] || {{ touch '{marker}'; kill -9 {server.process.pid}; }}"


@pytest.mark.parametrize("hook", ["post-checkout", "pre-commit"])
async def test_a_call_that_fails_because_the_store_dies_succeeds_when_repeated(
    settings: Settings, repository: TestRepository, project_id: str, tmp_path: Path, hook: str
) -> None:
    with running_server(valkey_binary()) as server:
        own = replace(settings, redis_url=server.url)
        async with open_store(project_id, own) as store:
            project = find_project(repository.path)
            context = Context(store=store, project=project, settings=own, actor="conductor")
            task_id = await a_started_task(context)
            repository.hook(hook, _dies_once(server, tmp_path / "died"))

            if hook == "post-checkout":
                with pytest.raises(StoreUnavailable):
                    await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
                server.restart()
                assert (await chamber_of(context, task_id, "auth")).state == "creating"

            chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
            chamber.write("auth.py", "tokens\n")
            if hook == "pre-commit":
                with pytest.raises(StoreUnavailable):
                    await complete_task(context, task_id=task_id, summary="Add a login")
                server.restart()

            done = await complete_task(context, task_id=task_id, summary="Add a login")
            assert done.completed
            assert repository.read("auth.py") == "tokens\n"
            assert repository.branches == ["main"]
            assert repository.status == ""
