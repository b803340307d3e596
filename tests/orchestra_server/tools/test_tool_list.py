"""What a client's model is told before it calls anything."""

import json
from pathlib import Path

from mcp.types import ListToolsResult, TextContent, Tool

from orchestra_core.settings import Settings
from orchestra_server.tools.tool_list import short_schema
from tests.support.conductor.orchestration import in_memory

# The contract's table: each tool with its required and its optional arguments.
CONTRACT: dict[str, tuple[list[str], list[str]]] = {
    "start_task": (["description"], ["complexity", "working_directory"]),
    "create_chambers_batch": (["task_id", "chamber_names"], ["base", "briefs", "skeleton"]),
    "get_agent_context": (["task_id", "agent_type"], ["module"]),
    "record_agent_action": (["task_id", "agent_id", "action", "result"], ["patterns"]),
    "share_discovery": (["task_id", "agent_id", "discovery", "severity"], ["impact", "affects"]),
    "advance_phase": (["task_id"], ["phase"]),
    "get_task_status": (["task_id"], []),
    "get_parallel_status": (["task_id"], []),
    "get_conflicts": (["task_id"], []),
    "review_chamber": (["task_id", "chamber"], ["part", "path"]),
    "start_worker": (["task_id", "chamber"], ["agent", "policy", "text"]),
    "stop_worker": (["task_id", "chamber"], []),
    "interrupt_worker": (["task_id", "chamber", "message"], ["requires"]),
    "cancel_interrupt": (["task_id", "interrupt_id"], []),
    "resume_worker": (["task_id", "chamber"], []),
    "answer_request": (["request_id", "answer"], ["words", "choices"]),
    "complete_task": (
        ["task_id", "summary"],
        ["commit_changes", "dry_run", "partial", "confirm", "only"],
    ),
    "close_chamber": (["task_id", "chamber"], ["confirm"]),
    "restore_chamber": (["task_id"], ["chamber", "saved_ref"]),
}
READING = {
    "get_agent_context",
    "get_task_status",
    "get_parallel_status",
    "get_conflicts",
    "review_chamber",
}
CLIENT_LIMIT = 2_048
# With the fifteen tools of the first version. Before a model calls a tool it reads the names and
# the instructions; the descriptions, the arguments and the playbook it reads when it needs them.
FIRST_UPFRONT_CHARACTERS = 1_465
FIRST_CHARACTERS = 19_695


async def listed(settings: Settings, repository: Path) -> list[Tool]:
    async with in_memory(settings, repository) as conductor:
        answer: ListToolsResult = await conductor.client.list_tools()
        return answer.tools


async def test_the_tools_and_arguments_are_those_of_the_contract(
    settings: Settings, repository: Path
) -> None:
    tools = await listed(settings, repository)
    arguments_of: dict[str, tuple[list[str], list[str]]] = {}
    for tool in tools:
        required = [str(name) for name in tool.input_schema.get("required", [])]
        names = [str(name) for name in tool.input_schema["properties"]]
        arguments_of[tool.name] = (required, [name for name in names if name not in required])
    assert arguments_of == CONTRACT


async def test_every_tool_refuses_unknown_arguments(settings: Settings, repository: Path) -> None:
    for tool in await listed(settings, repository):
        assert tool.input_schema["additionalProperties"] is False, tool.name


async def test_every_tool_and_argument_has_a_description_within_the_clients_limit(
    settings: Settings, repository: Path
) -> None:
    for tool in await listed(settings, repository):
        assert 80 < len((tool.description or "").encode()) <= CLIENT_LIMIT, tool.name
        for name, schema in tool.input_schema["properties"].items():
            assert schema["description"], f"{tool.name}.{name}"


async def test_every_answer_is_structured_and_has_a_next_step(
    settings: Settings, repository: Path
) -> None:
    for tool in await listed(settings, repository):
        assert tool.output_schema is not None, tool.name
        assert "next_step" in tool.output_schema["required"], tool.name


async def test_the_hints_distinguish_reading_from_changing_tools(
    settings: Settings, repository: Path
) -> None:
    tools = await listed(settings, repository)
    hints = {tool.name: tool.annotations for tool in tools}
    assert {name for name, hint in hints.items() if hint and hint.read_only_hint} == READING
    assert {name for name, hint in hints.items() if hint and hint.destructive_hint} == {
        "complete_task",
        "close_chamber",
    }
    assert all(hint and hint.title for hint in hints.values())


async def test_the_instructions_are_within_the_limit_and_name_the_main_tools(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        instructions = conductor.client.instructions or ""
        info = conductor.client.server_info
    assert info is not None
    assert info.name == "orchestration"
    assert len(instructions.encode()) <= CLIENT_LIMIT
    for tool in ("start_task", "create_chambers_batch", "record_agent_action", "complete_task"):
        assert tool in instructions


def test_a_schema_says_nothing_that_only_costs_tokens() -> None:
    schema = {
        "type": "object",
        "title": "start_taskArguments",
        "properties": {
            "title": {"title": "Title", "type": "string"},
            "briefs": {
                "anyOf": [{"items": {"type": "string"}, "type": "array"}, {"type": "null"}],
                "default": None,
                "description": "What to do",
                "title": "Briefs",
            },
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}], "default": ""},
        },
    }
    assert short_schema(schema) == {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "briefs": {
                "items": {"type": "string"},
                "type": "array",
                "description": "What to do",
            },
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}], "default": ""},
        },
    }


async def test_what_a_model_reads_of_the_server_costs_no_more_than_in_the_first_version(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        tools = (await conductor.client.list_tools()).tools
        instructions = conductor.client.instructions or ""
        playbook = await conductor.client.get_prompt("conduct", {"request": "x"})
    (message,) = playbook.messages
    assert isinstance(message.content, TextContent)
    names = "".join(f"mcp__orchestration__{tool.name}" for tool in tools)
    assert len(names + instructions) <= FIRST_UPFRONT_CHARACTERS
    listed_tools = "".join(
        tool.name + (tool.description or "") + json.dumps(tool.input_schema, separators=(",", ":"))
        for tool in tools
    )
    assert len(listed_tools + instructions + message.content.text) <= FIRST_CHARACTERS
