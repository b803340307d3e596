"""The resources: the same facts, to read."""

from pathlib import Path

import msgspec
import pytest
from mcp import MCPError

from orchestra_core.events import Event
from orchestra_core.models import Task
from orchestra_core.replies.chambers import CreatedChambers, ParallelStatus
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.tasks import StartedTask, TaskStatus
from orchestra_core.settings import Settings
from tests.support.conductor.orchestration import Conductor, in_memory
from tests.support.conductor.replies import decode_exactly


async def opened(conductor: Conductor) -> CreatedChambers:
    started = await conductor.call(StartedTask, "start_task", {"description": "Add tags to books"})
    return await conductor.call(
        CreatedChambers,
        "create_chambers_batch",
        {"task_id": started.task_id, "chamber_names": ["tags"]},
    )


async def test_every_resource_of_the_contract_is_listed(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        fixed = await conductor.client.list_resources()
        patterns = await conductor.client.list_resource_templates()
    assert [resource.uri for resource in fixed.resources] == ["orchestra://tasks"]
    assert [pattern.uri_template for pattern in patterns.resource_templates] == [
        "orchestra://archive/{page}",
        "orchestra://tasks/{task_id}",
        "orchestra://tasks/{task_id}/chambers",
        "orchestra://tasks/{task_id}/conflicts",
        "orchestra://tasks/{task_id}/events",
        "orchestra://tasks/{task_id}/chambers/{chamber}/diff",
    ]


async def test_the_open_tasks_and_their_chambers_are_listed_by_names_that_people_know(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        made = await opened(conductor)
        listed = (await conductor.client.list_resources()).resources
        base = f"orchestra://tasks/{made.task_id}"
        assert [(resource.uri, resource.name) for resource in listed] == [
            ("orchestra://tasks", "tasks"),
            (base, "task Add tags to books"),
            (f"{base}/chambers/tags/diff", "chamber tags"),
        ]
        assert listed[2].description == "tags is at: idle: no worker yet"
        await conductor.call(
            CompletedTask, "complete_task", {"task_id": made.task_id, "summary": "done"}
        )
        still_open = (await conductor.client.list_resources()).resources
    assert [resource.uri for resource in still_open] == ["orchestra://tasks"]


async def test_resources_return_the_same_content_as_the_tools(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        made = await opened(conductor)
        base = f"orchestra://tasks/{made.task_id}"
        tasks = msgspec.json.decode(await conductor.read("orchestra://tasks"), type=list[Task])
        task = decode_exactly(TaskStatus, await conductor.read(base))
        chambers = decode_exactly(ParallelStatus, await conductor.read(f"{base}/chambers"))
        events = msgspec.json.decode(await conductor.read(f"{base}/events"), type=list[Event])
    assert [task.id for task in tasks] == [made.task_id]
    assert task.description == "Add tags to books"
    assert [chamber.name for chamber in chambers.chambers] == ["tags"]
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert events[0].kind == "task.started"


async def test_a_chambers_diff_includes_uncommitted_and_new_files(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        made = await opened(conductor)
        chamber = Path(made.chambers[0].path)
        (chamber / "shop.py").write_text("PRICE = 2\n")
        (chamber / "tags.py").write_bytes(b"TAGS = '\xff'\n")
        diff = await conductor.read(f"orchestra://tasks/{made.task_id}/chambers/tags/diff")
    assert "-PRICE = 1\n+PRICE = 2" in diff
    assert "tags.py" in diff


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("orchestra://nothing", "there is no resource 'orchestra://nothing'"),
        ("orchestra://tasks/nobody", "'nobody'"),
        ("orchestra://tasks/nobody/events", "there is no task 'nobody'"),
        ("orchestra://tasks/nobody/chambers", "'nobody'"),
        ("orchestra://tasks/nobody/chambers/x/diff", "task 'nobody' has no chamber 'x'"),
    ],
)
async def test_an_unknown_resource_is_a_one_line_error(
    settings: Settings, repository: Path, uri: str, words: str
) -> None:
    async with in_memory(settings, repository) as conductor:
        with pytest.raises(MCPError) as refused:
            await conductor.read(uri)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
