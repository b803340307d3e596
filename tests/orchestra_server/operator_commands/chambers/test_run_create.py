"""In which task `orchestra create` opens chambers, and what it says."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.operator_commands.chambers.run_create import (
    check_create,
    create_chambers,
    created_lines,
)
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task


async def test_without_an_open_task_one_is_started(context: Context) -> None:
    created = await create_chambers(context, ["auth", "api"])
    state = await context.store.snapshot()
    assert state.tasks[created.task_id].description == "Work in auth, api"
    assert [chamber.name for chamber in created.chambers] == ["auth", "api"]


async def test_the_open_task_gets_the_chambers(context: Context) -> None:
    task_id = await a_started_task(context)
    assert (await create_chambers(context, ["auth"])).task_id == task_id


async def test_a_title_starts_a_task_beside_the_open_one(context: Context) -> None:
    first = await a_started_task(context)
    created = await create_chambers(context, ["auth"], title="Add a shop")
    assert created.task_id != first
    assert (await context.store.snapshot()).tasks[created.task_id].description == "Add a shop"


async def test_of_several_open_tasks_one_must_be_named(context: Context) -> None:
    first = await a_started_task(context, "Add a login")
    await a_started_task(context, "Add a shop")
    with pytest.raises(BadInput, match="2 tasks are open; name one with --task, or start another"):
        await create_chambers(context, ["auth"])
    assert (await create_chambers(context, ["auth"], first)).task_id == first


def test_a_title_and_a_task_exclude_each_other() -> None:
    with pytest.raises(BadInput, match="give only one of them"):
        check_create(["auth"], "t-1", "Add a shop")


async def test_the_lines_name_each_directory(context: Context) -> None:
    created = await create_chambers(context, ["auth"])
    lines = created_lines(created)
    assert lines[0] == f"Created, in task {created.task_id}:"
    assert lines[1] == f"  auth  {created.chambers[0].path}"
    again = await create_chambers(context, ["auth"], created.task_id)
    assert created_lines(again)[0] == f"There already, in task {created.task_id}:"
    assert created_lines(created)[-1].endswith("or: orchestra start NAME")
    assert created_lines(created, ["auth"])[-1].startswith("An agent is being started in each;")


async def test_the_last_line_names_the_chambers_in_which_agents_start(context: Context) -> None:
    created = await create_chambers(context, ["auth", "api", "web"])
    assert "started in auth, web;" in created_lines(created, ["auth", "web"])[-1]
