"""Unknown, missing and wrong arguments, as the caller reads them."""

from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.conductor.orchestration import in_memory

TAKES = "start_task takes description (required), complexity, working_directory"


CHAMBERS = (
    "create_chambers_batch takes task_id (required), chamber_names (required), "
    "base, briefs, skeleton"
)
MISSING = "description is missing for start_task"
LEVELS = "'auto-detect', 'trivial', 'simple', 'moderate', 'complex' or 'very-complex'"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"description": "Add tags", "x": 1}, "unknown argument 'x' for start_task"),
        (
            {"descripton": "Add tags"},
            f"{MISSING}; unknown argument 'descripton' for start_task, did you mean 'description'?",
        ),
        ({}, MISSING),
        ({"description": 5}, "description is 5; give a text"),
        ({"description": None}, "description is null; give a text"),
        (
            {"description": "Add tags", "complexity": "huge"},
            f'complexity is "huge"; use one of {LEVELS}',
        ),
    ],
)
async def test_the_error_names_the_wrong_argument_and_those_that_the_tool_takes(
    settings: Settings, repository: Path, arguments: dict[str, object], problem: str
) -> None:
    async with in_memory(settings, repository) as conductor:
        assert await conductor.error("start_task", arguments) == f"{problem}; {TAKES}"


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ("auth", 'chamber_names is "auth"; give a list of texts'),
        (["auth", 7], "chamber_names[1] is 7; give a text"),
    ],
)
async def test_an_invalid_list_item_is_named_by_its_index(
    settings: Settings, repository: Path, names: object, problem: str
) -> None:
    async with in_memory(settings, repository) as conductor:
        line = await conductor.error(
            "create_chambers_batch", {"task_id": "t", "chamber_names": names}
        )
    assert line == f"{problem}; {CHAMBERS}"


async def test_many_errors_are_counted_instead_of_listed(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        line = await conductor.error("get_task_status", dict.fromkeys("abcdef", 1))
    assert line.startswith("task_id is missing for get_task_status; unknown argument 'a'")
    assert line.endswith("; and 4 more; get_task_status takes task_id (required)")


async def test_a_value_is_shown_shortened_and_without_control_characters(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        line = await conductor.error("start_task", {"description": ["\x1b[31m" + "x" * 10_000]})
    assert "\x1b" not in line
    assert len(line) < 250


async def test_the_error_for_an_unknown_tool_lists_the_tools(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        line = await conductor.error("begin_task", {})
    assert line.startswith("unknown tool 'begin_task'; this server has start_task, create_chambers")
