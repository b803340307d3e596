"""The real Claude Code: a write out of the chamber is kept back, and mail wakes an idle session."""

import asyncio
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_server.files.hook.cut_report import KEPT_BYTES
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from tests.e2e.conftest import ClientSetup, say
from tests.e2e.test_worker_mail import MESSAGE, mail, open_chamber, send, work
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    scripted_model,
)
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(400)
_LONG_CALLS = 3


async def test_a_write_outside_the_chamber_is_denied_and_the_right_path_is_named(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    right = chamber.path / "accounts.py"

    def script(request: ModelRequest) -> ModelAnswer:
        paths = [client_setup.repository.path / "accounts.py", right]
        if request.turn < len(paths):
            return [
                CallTool("Write", {"file_path": str(paths[request.turn]), "content": "A = 1\n"})
            ]
        return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    denied, written = requests[-1].results()
    assert (denied.is_error, written.is_error) == (True, False)
    assert f"Write to {right} instead." in denied.words()
    assert not (client_setup.repository.path / "accounts.py").exists()
    assert right.exists()


async def test_mail_wakes_an_idle_session(client_setup: ClientSetup) -> None:
    chamber = await open_chamber(client_setup)

    def script(request: ModelRequest) -> ModelAnswer:
        return [Say("I wait." if MESSAGE not in request.text() else "I have read it.")]

    with (
        scripted_model(script) as model,
        client_setup.open_session(chamber.path, model.url) as session,
    ):
        say(session, {"type": "user", "message": {"role": "user", "content": "Do your part."}})
        mark = chamber.path / ".claude" / "hooks" / "interrupt_monitor.idle"
        await until(mark.exists, seconds=60)
        await send(client_setup, chamber)
        await until(
            lambda: any(MESSAGE in request.text() for request in model.requests), seconds=60
        )
        assert len(model.requests) == 2
        session.communicate(timeout=60)  # it ends when its stdin does
    assert (await mail(client_setup)).state in ("delivered", "acted")


async def test_mail_stops_a_subagent_whose_session_runs_in_a_subdirectory(
    client_setup: ClientSetup,
) -> None:
    client_setup.repository.commit(files={"packages/api/api.py": "B = 1\n"})
    chamber = await open_chamber(client_setup, working_directory="packages/api")
    assert chamber.path.is_relative_to(client_setup.repository.path / "packages" / "api")
    worker: list[ModelRequest] = []

    def script(request: ModelRequest) -> ModelAnswer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        if "You are the worker" not in prompt:
            asked = {"description": "api", "subagent_type": "general-purpose"}
            asked["prompt"] = f"You are the worker in {chamber.path}."
            is_first = not request.answers("Agent")
            return [CallTool("Agent", asked)] if is_first else [Say("I wait for my worker.")]
        worker.append(request)
        if request.turn > 1:
            return [Say("My part is done.")]
        if request.turn == 0:
            asyncio.run(send(client_setup, chamber))
        mark = chamber.path / ("before" if request.turn == 0 else "after")
        return [CallTool("Bash", {"command": f"touch '{mark}'", "description": "Mark"})]

    where = client_setup.repository.path / "packages" / "api"
    requests = await asyncio.to_thread(work, client_setup, chamber, script, where)
    assert not (chamber.path / "before").exists()
    assert (chamber.path / "after").exists()
    assert worker[-1].text().count(MESSAGE) == 1
    assert not any(MESSAGE in request.text() for request in requests if request not in worker)
    assert (await mail(client_setup)).state == "acted"


async def test_the_client_does_not_mind_that_only_the_beginning_of_a_long_report_is_read(
    client_setup: ClientSetup, tmp_path: Path
) -> None:
    chamber = await open_chamber(client_setup)
    log = tmp_path / "debug.log"

    def script(request: ModelRequest) -> ModelAnswer:
        if request.turn < _LONG_CALLS:
            file = chamber.path / f"long-{request.turn}.txt"
            return [CallTool("Write", {"file_path": str(file), "content": "x" * 1_000_000})]
        return [Say("My part is done.")]

    def play() -> list[ModelRequest]:
        return client_setup.play(script, chamber.path, options=("--debug-file", str(log)))

    requests = await asyncio.to_thread(play)
    assert [result.is_error for result in requests[-1].results()] == [False] * _LONG_CALLS
    ends = [line for line in log.read_text().splitlines() if "finished with status" in line]
    assert len(ends) > 2 * _LONG_CALLS
    assert all("finished with status 0" in line for line in ends)
    assert "EPIPE" not in log.read_text()
    project = find_project(client_setup.repository.path)
    left = (project.git_dir / "orchestra" / "spool").glob("auth.*ToolUse.*")
    sizes = [report.stat().st_size for report in left]
    assert sizes  # two of them may have had one slot
    assert all(KEPT_BYTES < size < 2 * KEPT_BYTES for size in sizes)
    async with open_store(project.id, client_setup.settings) as store:
        await take_in_spool(store, project.git_dir, now_ms, patience=20.0)
        reports = await store.activity(f"{chamber.task_id}/auth", 99)
    assert "long-0.txt" in {report.detail for report in reports}
