"""A worker: the real Claude Code, started in a chamber, and the mail that stops it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.models import Interrupt
from orchestra_core.project import find_project
from orchestra_core.replies.interrupts import ResumedWorker, SentInterrupt
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.interrupts.resume_worker import GO_ON
from tests.e2e.conftest import ClientSetup, open_chambers
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    Script,
)
from tests.support.conductor.orchestration import in_memory
from tests.support.git.repositories import TestRepository

# The first run installs the client, which takes as long as the network does.
pytestmark = pytest.mark.timeout(400)

MESSAGE = "The column is called user_id now, not uid."


@dataclass(frozen=True)
class OpenChamber:
    """A chamber that waits for its worker."""

    task_id: str
    path: Path


async def open_chamber(client_setup: ClientSetup, working_directory: str = "") -> OpenChamber:
    async with in_memory(client_setup.settings, client_setup.repository.path) as conductor:
        made = await open_chambers(conductor, ["auth"], working_directory=working_directory)
    return OpenChamber(made.task_id, Path(made.chambers[0].path))


async def send(client_setup: ClientSetup, chamber: OpenChamber, requires: str = "review") -> None:
    arguments = {"task_id": chamber.task_id, "chamber": "auth", "message": MESSAGE}
    async with in_memory(client_setup.settings, client_setup.repository.path) as conductor:
        await conductor.call(SentInterrupt, "interrupt_worker", {**arguments, "requires": requires})


async def resume(client_setup: ClientSetup, chamber: OpenChamber) -> None:
    arguments = {"task_id": chamber.task_id, "chamber": "auth"}
    async with in_memory(client_setup.settings, client_setup.repository.path) as conductor:
        await conductor.call(ResumedWorker, "resume_worker", arguments)


async def mail(client_setup: ClientSetup) -> Interrupt:
    project = find_project(client_setup.repository.path)
    async with open_store(project.id, client_setup.settings) as store:
        await take_in_spool(store, project.git_dir, now_ms, patience=20.0)  # of a daemon that ends
        (interrupt,) = (await store.snapshot()).interrupts.values()
    return interrupt


def work(
    client_setup: ClientSetup, chamber: OpenChamber, script: Script, directory: Path | None = None
) -> list[ModelRequest]:
    return client_setup.play(script, directory or chamber.path)


def touch(name: str) -> CallTool:
    return CallTool("Bash", {"command": f"touch {name}", "description": "Leave a mark"})


async def test_mail_sent_while_a_worker_thinks_stops_its_next_call_and_is_read_once(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)

    def script(request: ModelRequest) -> ModelAnswer:
        match request.turn:
            case 0:
                asyncio.run(send(client_setup, chamber))
                return [touch("before"), touch("before-too")]
            case 1:
                return [touch("after")]
            case _:
                return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    assert not (chamber.path / "before").exists()
    assert not (chamber.path / "before-too").exists()
    assert (chamber.path / "after").exists()
    assert [result.is_error for result in requests[-1].results()] == [True, True, False]
    assert MESSAGE not in requests[0].text()
    assert requests[-1].text().count(MESSAGE) == 1
    read = await mail(client_setup)
    assert read.state == "acted"
    assert read.sent_at <= read.posted_at <= read.delivered_at <= read.acted_at
    assert TestRepository(chamber.path).status == "?? after"


async def test_mail_sent_before_a_worker_starts_is_the_first_thing_it_reads(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    await send(client_setup, chamber)

    def script(request: ModelRequest) -> ModelAnswer:
        return [touch("after")] if request.turn == 0 else [Say("My part is done.")]

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    assert requests[0].text().count(MESSAGE) == 1
    assert requests[-1].text().count(MESSAGE) == 1
    assert (chamber.path / "after").exists()
    assert (await mail(client_setup)).state == "acted"


async def test_mail_sent_before_a_workers_last_message_is_read_before_it_ends(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)

    def script(request: ModelRequest) -> ModelAnswer:
        if request.turn == 0:
            asyncio.run(send(client_setup, chamber))
        return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    assert len(requests) == 2
    assert requests[1].text().count(MESSAGE) == 1
    assert (await mail(client_setup)).state == "acted"


async def test_no_tool_of_a_suspended_worker_runs_until_it_is_resumed(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)

    def script(request: ModelRequest) -> ModelAnswer:
        match request.turn:
            case 0:
                asyncio.run(send(client_setup, chamber, requires="suspend"))
                return [touch("first")]
            case 1:
                return [
                    touch("second"),
                    CallTool("Write", {"file_path": "a.py", "content": "A = 1"}),
                ]
            case 2:
                asyncio.run(resume(client_setup, chamber))
                return [touch("third")]
            case 3:
                return [touch("third")]
            case _:
                return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    denied = requests[-1].results()
    assert [result.is_error for result in denied] == [True, True, True, True, False]
    assert all("suspended the work in chamber auth" in denial.words() for denial in denied[1:3])
    told = requests[-1].text()
    assert [told.count(f"\n\n> {words}\n") for words in (MESSAGE, GO_ON)] == [1, 1]
    assert TestRepository(chamber.path).status == "?? third"
