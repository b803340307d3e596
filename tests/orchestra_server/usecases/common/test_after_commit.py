"""What every change updates: the projections and the mail."""

import json
import logging

import pytest

from orchestra_server.usecases.common.after_commit import show_change, show_every_task
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.advance_phase import advance_phase
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conductor.tasks import a_started_task
from tests.support.git.repositories import TestRepository


async def test_every_change_updates_the_projections(
    context: Context, repository: TestRepository
) -> None:
    started = await start_task(context, description="x", complexity="moderate")
    await advance_phase(context, task_id=started.task_id)
    written = json.loads(repository.read(".claude/WORKFLOW_STATE.json"))
    assert written["tasks"][0]["current_phase"] == "implementation"


async def test_deleted_projections_are_written_again_for_every_task(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    (repository.path / ".claude" / "MISSION_CONTEXT.json").unlink()
    await show_every_task(context)
    assert task_id in repository.read(".claude/MISSION_CONTEXT.json")


async def test_a_directory_that_cannot_be_written_is_only_a_warning(
    context: Context, repository: TestRepository, caplog: pytest.LogCaptureFixture
) -> None:
    task_id = await a_started_task(context)
    mission = repository.path / ".claude"
    mission.rename(repository.path / "aside")
    mission.touch()
    with caplog.at_level(logging.WARNING):
        state = await show_change(context, task_id)
    assert task_id in state.tasks
    assert len(caplog.messages) == 1
