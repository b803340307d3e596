"""The real Claude Code in a chamber that is closed while it works: nothing of it runs any more."""

import asyncio

import pytest

from orchestra_core.replies.chambers import ClosedChamber
from tests.e2e.conftest import ClientSetup
from tests.e2e.test_worker_mail import OpenChamber, open_chamber, work
from tests.support.agents.scripted_model import CallTool, ModelAnswer, ModelRequest, Say
from tests.support.conductor.orchestration import in_memory

pytestmark = pytest.mark.timeout(400)

CLOSED = "chamber auth is closed"


async def close(client_setup: ClientSetup, chamber: OpenChamber) -> None:
    arguments = {"task_id": chamber.task_id, "chamber": "auth", "confirm": True}
    async with in_memory(client_setup.settings, client_setup.repository.path) as conductor:
        await conductor.call(ClosedChamber, "close_chamber", arguments)


def late_calls(chamber: OpenChamber) -> ModelAnswer:
    return [
        CallTool("Bash", {"command": "touch late.txt", "description": "Mark"}),
        CallTool("Write", {"file_path": str(chamber.path / "late.py"), "content": "A = 1\n"}),
    ]


async def test_a_session_reads_that_its_chamber_was_closed_and_writes_nothing_more(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    untouched = client_setup.repository.status

    def script(request: ModelRequest) -> ModelAnswer:
        if request.turn:
            return [Say("My part is done.")]
        asyncio.run(close(client_setup, chamber))
        return late_calls(chamber)

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    results = requests[-1].results()
    assert [result.is_error for result in results] == [True, True]
    assert all(CLOSED in result.words() for result in results)
    assert not chamber.path.exists()
    assert client_setup.repository.status == untouched


async def test_a_subagent_reads_that_its_chamber_was_closed_and_its_conductor_continues(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    worker: list[ModelRequest] = []

    def script(request: ModelRequest) -> ModelAnswer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        if "You are the worker" not in prompt:
            asked = {"description": "auth", "subagent_type": "general-purpose"}
            asked["prompt"] = f"You are the worker in {chamber.path}."
            if not request.answers("Agent"):
                return [CallTool("Agent", asked)]
            if "<task-notification>" not in request.text():
                return [Say("I wait for my worker.")]
            if not request.answers("Bash"):
                return [CallTool("Bash", {"command": "touch mine.txt", "description": "Mark"})]
            return [Say("All is done.")]
        worker.append(request)
        if request.turn:
            return [Say("My part is done.")]
        asyncio.run(close(client_setup, chamber))
        return late_calls(chamber)

    await asyncio.to_thread(work, client_setup, chamber, script, client_setup.repository.path)
    results = worker[-1].results()
    assert [result.is_error for result in results] == [True, True]
    assert all(CLOSED in result.words() for result in results)
    assert not chamber.path.exists()
    assert not (client_setup.repository.path / "late.txt").exists()
    assert (client_setup.repository.path / "mine.txt").exists()
