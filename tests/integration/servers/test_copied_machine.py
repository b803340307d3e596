"""A machine that is a copy of another one, with the same clone id, while that one is on duty."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.clone.clone_id import clone_id
from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.models import Clone
from orchestra_core.project import Project, find_project
from orchestra_core.settings import LINGER, Settings
from orchestra_core.store.open_store import open_store
from tests.support.commands.run_command import orchestra
from tests.support.git.repositories import small_repository
from tests.support.waiting import until_awaited


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    shop = find_project(small_repository(tmp_path / "shop").path)
    yield shop
    stop_daemon(shop.git_dir)


async def test_a_command_is_refused_with_the_time_and_leaves_a_daemon_that_settles_whose_the_id_is(
    project: Project, settings: Settings
) -> None:
    identifier = clone_id(project.git_dir)
    original = Clone(id=identifier, host="vm", path=str(project.main_checkout), machine="m")
    async with open_store(project.id, settings) as store:
        await store.say_heard(original, "another run:the same place", "mail", silent_ms=1)
        ended = await asyncio.to_thread(
            orchestra, project.main_checkout, settings, "create", "auth", **{LINGER: "100"}
        )
        assert ended.returncode == 1
        assert re.search(
            r"another machine has this clone's id .*; call again in \d+ s", ended.stderr
        )

        async def answers() -> bool:
            question = {"call": "about"}
            return await asyncio.to_thread(ask_daemon, project.git_dir, question, 5.0) is not None

        await until_awaited(answers, 30)
        assert (await store.snapshot()).chambers == {}
