"""Whatever a tool is called with, it answers a result or one line, and the state stays whole."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mcp.types import CallToolResult, TextContent, Tool

from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from tests.support.conductor.orchestration import Conductor, in_memory
from tests.support.conductor.schema_calls import (
    HOSTILE,
    HUGE,
    Arguments,
    ToolCall,
    calls,
    schema_of,
)
from tests.support.git.repositories import small_repository
from tests.support.kills.invariants import check_store
from tests.support.proofs import FULL, Tally, sampled, scaled

_LINE_LIMIT = 2_500  # characters; no model should have to read more about one mistake
_NEVER = ("Traceback", "pydantic", "failed inside the server", "Error executing tool", "\n", "\x1b")


class ServedRepository:
    """A server on a repository of its own, called by a client; counts what it answered."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.repository = small_repository(directory / "shop").path
        self.outside = sorted(directory.iterdir())
        self.directory = directory
        self.settings = settings
        self.answers = 0
        self.lines = 0

    async def play(self, sequence: list[ToolCall]) -> None:
        """Make the calls one after another; fails the test for a bad answer or a broken state."""
        project = find_project(self.repository).id
        async with (
            in_memory(self.settings, self.repository) as conductor,
            open_store(project, self.settings) as store,
        ):
            for call in sequence:
                state = await store.snapshot()
                newest = max(state.tasks.values(), key=lambda task: task.started_at, default=None)
                await self.call(conductor, call.tool, call.on(newest.id if newest else "none"))
                await check_store(store)
                assert sorted(self.directory.iterdir()) == self.outside, "wrote outside"

    async def call(self, conductor: Conductor, tool: str, arguments: Arguments) -> str:
        """Make one call and return its line, "" for a result."""
        result = await conductor.client.call_tool(tool, arguments)
        line = judged(result)
        self.answers += not line
        self.lines += bool(line)
        return line


def judged(result: CallToolResult) -> str:
    """Return an error's line, "" for a result; fails the test for anything else."""
    if not result.is_error:
        assert "next_step" in msgspec.convert(result.structured_content, dict[str, object])
        return ""
    (block,) = result.content
    assert isinstance(block, TextContent)
    for never in _NEVER:
        assert never not in block.text, block.text
    assert 0 < len(block.text) < _LINE_LIMIT, block.text
    block.text.encode()
    return block.text


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def tools(runner: asyncio.Runner, settings: Settings, tmp_path: Path) -> list[Tool]:
    async def listed() -> list[Tool]:
        async with in_memory(settings, tmp_path) as conductor:
            return (await conductor.client.list_tools()).tools

    return runner.run(listed())


# What it would print of a failure holds a text of a megabyte now and then, which is meant.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_any_sequence_of_calls_is_answered_and_keeps_the_state_consistent(
    runner: asyncio.Runner, settings: Settings, tools: list[Tool], tmp_path: Path, tally: Tally
) -> None:
    served_repositories = list[ServedRepository]()

    @hypothesis_settings(
        max_examples=scaled(3, 150),
        deadline=None,
        derandomize=not FULL,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    @given(st.lists(calls(tools), min_size=12, max_size=20))
    def play(sequence: list[ToolCall]) -> None:
        directory = tmp_path / f"room-{len(served_repositories)}"
        directory.mkdir()
        served = ServedRepository(directory, settings)
        served_repositories.append(served)
        start = ToolCall("start_task", {"description": "Add a login"})
        open_all = ToolCall(
            "create_chambers_batch", {"task_id": "$task", "chamber_names": ["auth"]}
        )
        runner.run(served.play([start, open_all, *sequence]))

    play()
    tally(
        sequences=len(served_repositories),
        tools=len(tools),
        results=sum(served.answers for served in served_repositories),
        one_line_errors=sum(served.lines for served in served_repositories),
    )


def test_every_argument_accepts_or_refuses_every_hostile_text(
    runner: asyncio.Runner, settings: Settings, tools: list[Tool], tmp_path: Path, tally: Tally
) -> None:
    """Each argument in turn is each text, alone, in a list and in an object."""
    directory = tmp_path / "room"
    directory.mkdir()
    served = ServedRepository(directory, settings)
    tries = [
        (tool, name, value)
        for tool in tools
        for name in schema_of(tool).properties
        for text in (*HOSTILE, HUGE)
        for value in (text, [text], {text: text})
    ]

    async def play() -> None:
        project = find_project(served.repository).id
        async with (
            in_memory(settings, served.repository) as conductor,
            open_store(project, settings) as store,
        ):
            started: Arguments = {"description": "Add a login"}
            assert await served.call(conductor, "start_task", started) == ""
            (task_id,) = (await store.snapshot()).tasks
            made: Arguments = {"task_id": task_id, "chamber_names": ["auth"]}
            assert await served.call(conductor, "create_chambers_batch", made) == ""
            for tool, name, value in sampled(tries, every=19):
                await served.call(conductor, tool.name, {**sound(tool, name, task_id), name: value})
            await check_store(store)
            assert sorted(directory.iterdir()) == served.outside

    runner.run(play())
    tally(calls=served.answers + served.lines, results=served.answers)


def sound(tool: Tool, tried: str, task_id: str) -> Arguments:
    """Return what a call needs beside the argument that is tried."""
    all_sound: Arguments = {
        "task_id": task_id,
        "chamber_names": ["auth"],
        "chamber": "none",
        "description": "Add a login",
        "agent_id": "conductor",
        "agent_type": "reviewer",
        "action": "looked",
        "result": "well",
        "discovery": "Tokens expire",
        "severity": "info",
        "message": "Look",
        "summary": "Done",
    }
    if tool.name == "complete_task" and tried != "task_id":
        all_sound["task_id"] = "none"  # it would end the task for those that follow
    required = schema_of(tool).required
    return {name: value for name, value in all_sound.items() if name in required}
