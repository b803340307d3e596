"""The real Claude Code: a write out of the chamber is kept back, and mail wakes an idle session."""

import asyncio
import json
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import Stage
from tests.e2e.test_working import MESSAGE, mail, open_room, send, work
from tests.support.claude_code import claude_binary, client_environ
from tests.support.scripted_model import Answer, Call, Request, Say, scripted_model
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(400)


async def test_a_write_outside_the_chamber_is_denied_and_the_right_place_is_named(
    stage: Stage,
) -> None:
    room = await open_room(stage)
    right = room.path / "accounts.py"

    def script(request: Request) -> Answer:
        paths = [stage.repository.path / "accounts.py", right]
        if request.turn < len(paths):
            return [Call("Write", {"file_path": str(paths[request.turn]), "content": "A = 1\n"})]
        return [Say("My part is done.")]

    requests = await asyncio.to_thread(work, stage, room, script)
    denied, written = requests[-1].results()
    assert (denied.is_error, written.is_error) == (True, False)
    assert f"Write to {right} instead." in denied.words()
    assert not (stage.repository.path / "accounts.py").exists()
    assert right.exists()


async def test_mail_wakes_a_session_that_is_idle(stage: Stage) -> None:
    room = await open_room(stage)
    binary = claude_binary()

    def script(request: Request) -> Answer:
        return [Say("I wait." if MESSAGE not in request.text() else "I have read it.")]

    with scripted_model(script) as model, idle_session(binary, stage, room.path, model.url):
        mark = room.path / ".claude" / "hooks" / "interrupt_monitor.idle"
        await until(mark.exists, seconds=60)
        await send(stage, room)
        await until(lambda: any(MESSAGE in one.text() for one in model.requests), seconds=60)
        assert len(model.requests) == 2
    assert (await mail(stage)).state in ("delivered", "acted")


async def test_a_subagent_of_a_session_below_the_top_is_stopped_by_its_mail(stage: Stage) -> None:
    stage.repository.commit(files={"packages/api/api.py": "B = 1\n"})
    room = await open_room(stage, working_directory="packages/api")
    assert room.path.is_relative_to(stage.repository.path / "packages" / "api")
    worker: list[Request] = []

    def script(request: Request) -> Answer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        if "You are the worker" not in prompt:
            asked = {"description": "api", "subagent_type": "general-purpose"}
            asked["prompt"] = f"You are the worker in {room.path}."
            is_first = not request.answers("Agent")
            return [Call("Agent", asked)] if is_first else [Say("I wait for my worker.")]
        worker.append(request)
        if request.turn > 1:
            return [Say("My part is done.")]
        if request.turn == 0:
            asyncio.run(send(stage, room))
        mark = room.path / ("before" if request.turn == 0 else "after")
        return [Call("Bash", {"command": f"touch '{mark}'", "description": "Mark"})]

    where = stage.repository.path / "packages" / "api"
    requests = await asyncio.to_thread(work, stage, room, script, where)
    assert not (room.path / "before").exists()
    assert (room.path / "after").exists()
    assert worker[-1].text().count(MESSAGE) == 1
    assert not any(MESSAGE in one.text() for one in requests if one not in worker)
    assert (await mail(stage)).state == "acted"


@contextmanager
def idle_session(binary: Path, stage: Stage, directory: Path, model_url: str) -> Generator[None]:
    """Keep a session open that has been asked one thing, and ends when its stdin does."""
    stage.home.mkdir(exist_ok=True)
    options = ("--input-format", "stream-json", "--output-format", "stream-json", "--verbose")
    first = {"type": "user", "message": {"role": "user", "content": "Do your part."}}
    with subprocess.Popen(
        [str(binary), "-p", *options],
        cwd=directory,
        env={**client_environ(stage.home, model_url), **stage.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as session:
        assert session.stdin is not None
        try:
            session.stdin.write(json.dumps(first).encode() + b"\n")
            session.stdin.flush()
            yield
            session.stdin.close()
            session.wait(60)
        finally:
            session.kill()
