"""The playbook: a conductor follows it with nothing else."""

import re
from pathlib import Path

from mcp.types import TextContent

from orchestra_core.settings import Settings
from tests.orchestra_server.tools.test_tool_list import CONTRACT
from tests.support.conductor.orchestration import Conductor, in_memory

STEPS = (
    "start_task",
    "advance_phase",
    "create_chambers_batch",
    "ONE single message",
    "record_agent_action",
    "share_discovery",
    "interrupt_worker",
    "complete_task",
)


async def playbook(conductor: Conductor, arguments: dict[str, str]) -> str:
    answer = await conductor.client.get_prompt("conduct", arguments)
    (message,) = answer.messages
    assert message.role == "user"
    assert isinstance(message.content, TextContent)
    return message.content.text


async def test_the_playbook_contains_the_request_and_every_step_in_order(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        text = await playbook(conductor, {"request": "Add {tags} to books"})
    assert "<request>\nAdd {tags} to books\n</request>" in text
    places = [text.index(step) for step in STEPS]
    assert places == sorted(places)
    assert "conflicts" in text


async def test_the_playbook_names_only_tools_and_arguments_that_exist(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        text = await playbook(conductor, {"request": "x"})
        tools = await conductor.client.list_tools()
    existing = set(CONTRACT)
    for tool in tools.tools:
        existing |= set(tool.input_schema["properties"])
        existing |= set((tool.output_schema or {})["properties"])
        for part in (tool.output_schema or {}).get("$defs", {}).values():
            existing |= set(part["properties"])
    named = set(re.findall(r"`([a-z_]+)`", text)) - {"orchestration"}
    assert named <= existing


async def test_without_a_request_the_playbook_says_where_to_find_it(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        text = await playbook(conductor, {})
    assert "take the user's latest request" in text
