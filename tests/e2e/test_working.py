"""A worker: the real Claude Code, started in a chamber, and the mail that stops it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.models import Interrupt
from orchestra_core.project import find_project
from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.interrupts import ResumedWorker, SentInterrupt
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.interrupts.resume_worker import GO_ON
from tests.e2e.conftest import Stage
from tests.support.claude_code import claude_binary, run_claude
from tests.support.orchestration import in_memory
from tests.support.repositories import TestRepository
from tests.support.scripted_model import Answer, Call, Request, Say, Script, scripted_model

# The first run installs the client, which takes as long as the network does.
pytestmark = pytest.mark.timeout(400)

MESSAGE = "The column is called user_id now, not uid."


@dataclass(frozen=True)
class Room:
    """A chamber that waits for its worker."""

    task_id: str
    path: Path


async def open_room(stage: Stage, working_directory: str = "") -> Room:
    request = {"description": "Add accounts", "working_directory": working_directory}
    async with in_memory(stage.settings, stage.repository.path) as conductor:
        task = await conductor.call(StartedTask, "start_task", request)
        made = await conductor.call(
            CreatedChambers,
            "create_chambers_batch",
            {"task_id": task.task_id, "chamber_names": ["auth"]},
        )
    return Room(task.task_id, Path(made.chambers[0].path))


async def send(stage: Stage, room: Room, requires: str = "review") -> None:
    arguments = {"task_id": room.task_id, "chamber": "auth", "message": MESSAGE}
    async with in_memory(stage.settings, stage.repository.path) as conductor:
        await conductor.call(SentInterrupt, "interrupt_worker", {**arguments, "requires": requires})


async def resume(stage: Stage, room: Room) -> None:
    arguments = {"task_id": room.task_id, "chamber": "auth"}
    async with in_memory(stage.settings, stage.repository.path) as conductor:
        await conductor.call(ResumedWorker, "resume_worker", arguments)


async def mail(stage: Stage) -> Interrupt:
    project = find_project(stage.repository.path)
    async with open_store(project.id, stage.settings) as store:
        (found,) = (await store.snapshot()).interrupts.values()
    return found


def work(stage: Stage, room: Room, script: Script, directory: Path | None = None) -> list[Request]:
    binary = claude_binary()
    with scripted_model(script) as model:
        ended = run_claude(
            binary,
            "Do your part.",
            directory=directory or room.path,
            home=stage.home,
            model_url=model.url,
            environ=stage.environ,
            options=["--allowedTools", "Bash Write"],
        )
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    assert model.faults == []
    return model.requests


def touch(name: str) -> Call:
    return Call("Bash", {"command": f"touch {name}", "description": "Leave a mark"})


async def test_mail_that_comes_while_a_worker_thinks_stops_its_next_call_and_is_read_once(
    stage: Stage,
) -> None:
    room = await open_room(stage)

    def script(request: Request) -> Answer:
        match request.turn:
            case 0:
                asyncio.run(send(stage, room))
                return [touch("before"), touch("before-too")]
            case 1:
                return [touch("after")]
            case _:
                return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, stage, room, script)
    assert not (room.path / "before").exists()
    assert not (room.path / "before-too").exists()
    assert (room.path / "after").exists()
    assert [result.is_error for result in requests[-1].results()] == [True, True, False]
    assert MESSAGE not in requests[0].text()
    assert requests[-1].text().count(MESSAGE) == 1
    read = await mail(stage)
    assert read.state == "acted"
    assert read.sent_at <= read.posted_at <= read.delivered_at <= read.acted_at
    assert TestRepository(room.path).status == "?? after"


async def test_mail_that_waits_before_a_worker_starts_is_the_first_thing_it_reads(
    stage: Stage,
) -> None:
    room = await open_room(stage)
    await send(stage, room)

    def script(request: Request) -> Answer:
        return [touch("after")] if request.turn == 0 else [Say("My part is done.")]

    requests = await asyncio.to_thread(work, stage, room, script)
    assert requests[0].text().count(MESSAGE) == 1
    assert requests[-1].text().count(MESSAGE) == 1
    assert (room.path / "after").exists()
    assert (await mail(stage)).state == "acted"


async def test_mail_that_comes_before_a_workers_last_word_keeps_it_from_ending_unread(
    stage: Stage,
) -> None:
    room = await open_room(stage)

    def script(request: Request) -> Answer:
        if request.turn == 0:
            asyncio.run(send(stage, room))
        return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, stage, room, script)
    assert len(requests) == 2
    assert requests[1].text().count(MESSAGE) == 1
    assert (await mail(stage)).state == "acted"


async def test_no_tool_of_a_suspended_worker_runs_until_it_is_resumed(stage: Stage) -> None:
    room = await open_room(stage)

    def script(request: Request) -> Answer:
        match request.turn:
            case 0:
                asyncio.run(send(stage, room, requires="suspend"))
                return [touch("first")]
            case 1:
                return [touch("second"), Call("Write", {"file_path": "a.py", "content": "A = 1"})]
            case 2:
                asyncio.run(resume(stage, room))
                return [touch("third")]
            case 3:
                return [touch("third")]
            case _:
                return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, stage, room, script)
    denied = requests[-1].results()
    assert [result.is_error for result in denied] == [True, True, True, True, False]
    assert all("suspended the work in chamber auth" in one.words() for one in denied[1:3])
    told = requests[-1].text()
    assert [told.count(f"\n\n{words}\n") for words in (MESSAGE, GO_ON)] == [1, 1]
    assert TestRepository(room.path).status == "?? third"
