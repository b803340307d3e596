"""The room's own thin client against the SDK's server: what it sends is MCP, what it reads too."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_tui.backend.server_process import plan_launch
from orchestra_tui.backend.server_supervisor import ServerSupervisor
from orchestra_tui.backend.tool_calls import ToolCalls
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.waiting import until


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    return small_repository(tmp_path / "shop")


@asynccontextmanager
async def acting(repository: TestRepository, settings: Settings) -> AsyncGenerator[ToolCalls]:
    link = ServerSupervisor(plan_launch(find_project(repository.path), settings))
    task = asyncio.create_task(link.run(lambda _state: None))
    await until(lambda: link.state.phase != "off")
    try:
        yield ToolCalls(link)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_room_can_read_the_answer_of_each_tool_that_it_calls(
    repository: TestRepository, settings: Settings
) -> None:
    async with acting(repository, settings) as actions:
        task = await actions.start_task("Add a login page")
        assert not task.already_open
        assert (await actions.start_task("Add a login page")).already_open

        created = await actions.create_chambers(task.task_id, ["auth"])
        assert [chamber.name for chamber in created.chambers] == ["auth"]
        (repository.path / ".claude/worktrees/auth/new.txt").write_text("one\ntwo\n")

        sent = await actions.interrupt(task.task_id, "auth", "Use S256", "stop")
        assert sent.interrupt_id
        (size,) = await actions.sizes(task.task_id)
        assert (size.name, size.files_changed, size.insertions) == ("auth", 1, 2)
        assert "+two" in (await actions.review(task.task_id, "auth")).diff

        closed = await actions.close_chamber(task.task_id, "auth")
        assert closed.saved_ref.startswith("refs/orchestra/saved/")


async def test_a_refusal_reaches_the_room_as_the_servers_own_line(
    repository: TestRepository, settings: Settings
) -> None:
    async with acting(repository, settings) as actions:
        with pytest.raises(Refused, match="nothing-there"):
            await actions.create_chambers("nothing-there", ["auth"])
        with pytest.raises(Refused, match="nothing-there"):
            await actions.review("nothing-there", "auth")
