"""The real Claude Code: its permissions and questions, answered by a tool, a command, or itself."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import pytest

from orchestra_core.daemon.answerers import answering
from orchestra_core.project import find_project
from orchestra_core.replies.requests import AnsweredRequest
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from tests.e2e.conftest import ClientSetup, say
from tests.e2e.test_worker_mail import open_chamber
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    Script,
    scripted_model,
)
from tests.support.commands.run_command import orchestra
from tests.support.conductor.orchestration import Conductor, in_memory
from tests.support.hooks.hook_requests import next_request
from tests.support.waiting import until, until_awaited

pytestmark = pytest.mark.timeout(400)

# Seconds from an answer to the model's next request: 0.04 to 0.14, but a busy machine takes longer.
ANSWERED_S = 5.0

HELLO = {"subtype": "initialize", "hooks": None}
COMPUTE = CallTool("Bash", {"command": "python3 -c 'print(40 + 2)'", "description": "Compute"})
QUESTION = CallTool(
    "AskUserQuestion",
    {
        "questions": [
            {
                "question": "Which colour?",
                "header": "Colour",
                "options": [
                    {"label": "Blue", "description": "As the sky"},
                    {"label": "Red", "description": "As a rose"},
                ],
                "multiSelect": False,
            }
        ]
    },
)


@dataclass
class Played:
    """What the client's model was asked, and when."""

    requests: list[ModelRequest] = field(default_factory=list[ModelRequest])
    times: list[float] = field(default_factory=list[float])

    def noting(self, script: Script) -> Script:
        """Return the script, which also notes what it is asked."""

        def note(request: ModelRequest) -> ModelAnswer:
            self.requests.append(request)
            self.times.append(time.monotonic())
            return script(request)

        return note


def play(
    client_setup: ClientSetup, script: Script, directory: Path, played: Played, allowed: str = ""
) -> None:
    """Run a session to its end."""
    client_setup.play(played.noting(script), directory, allowed=allowed)


@contextmanager
def terminal(
    client_setup: ClientSetup, script: Script, directory: Path, played: Played
) -> Generator[Popen[str]]:
    """Keep a session open that asks its own terminal too, which is this process."""
    asking = ("--permission-mode", "manual", "--permission-prompt-tool", "stdio")
    with (
        scripted_model(played.noting(script)) as model,
        client_setup.open_session(directory, model.url, *asking) as session,
    ):
        say(session, {"type": "control_request", "request_id": "i1", "request": HELLO})
        say(session, {"type": "user", "message": {"role": "user", "content": "Begin."}})
        yield session


def allow_in_terminal(session: Popen[str]) -> None:
    """Answer the client's own question, as a person at its dialog does."""
    assert session.stdout is not None
    for line in session.stdout:
        message = json.loads(line)
        if message["type"] == "control_request":
            given = {"behavior": "allow", "updatedInput": message["request"]["input"]}
            answer = {"subtype": "success", "request_id": message["request_id"], "response": given}
            say(session, {"type": "control_response", "response": answer})
            return
    raise AssertionError("the client did not ask")


@asynccontextmanager
async def watched(client_setup: ClientSetup) -> AsyncGenerator[tuple[Conductor, Store]]:
    """Have a daemon, and somebody who can answer."""
    repository = client_setup.repository.path
    project = find_project(repository)
    async with (
        in_memory(client_setup.settings, repository) as conductor,
        open_store(project.id, client_setup.settings) as store,
    ):
        with answering(project.git_dir):
            yield conductor, store


def calls_once(call: CallTool) -> Script:
    def script(request: ModelRequest) -> ModelAnswer:
        return [call] if request.turn == 0 else [Say("My part is done.")]

    return script


async def test_a_denial_reaches_the_model_of_a_session_without_a_terminal(
    client_setup: ClientSetup,
) -> None:
    chamber, played = await open_chamber(client_setup), Played()
    async with watched(client_setup) as (conductor, store):
        session = asyncio.create_task(
            asyncio.to_thread(play, client_setup, calls_once(COMPUTE), chamber.path, played)
        )
        request = await next_request(store, 60)
        assert (request.tool, request.chamber) == ("Bash", "auth")
        began = time.monotonic()
        arguments = {"request_id": request.id, "answer": "deny", "words": "Use make instead."}
        await conductor.call(AnsweredRequest, "answer_request", arguments)
        await session
    (denied,) = played.requests[-1].results()
    assert denied.is_error
    assert "Denied by conductor: Use make instead." in denied.words()
    assert played.times[1] - began < ANSWERED_S


async def test_a_subagents_permission_is_answered_by_the_tool(client_setup: ClientSetup) -> None:
    chamber, played = await open_chamber(client_setup), Played()

    def script(request: ModelRequest) -> ModelAnswer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        if "You are the worker" not in prompt:
            asked = {"description": "auth", "subagent_type": "general-purpose"}
            asked["prompt"] = f"You are the worker in {chamber.path}."
            is_first = not request.answers("Agent")
            return [CallTool("Agent", asked)] if is_first else [Say("I wait for my worker.")]
        return [COMPUTE] if request.turn == 0 else [Say("My part is done.")]

    async with watched(client_setup) as (conductor, store):
        directory = client_setup.repository.path
        session = asyncio.create_task(
            asyncio.to_thread(play, client_setup, script, directory, played, "Agent")
        )
        request = await next_request(store, 60)
        assert request.chamber == "auth"
        assert request.agent_id
        arguments = {"request_id": request.id, "answer": "allow"}
        await conductor.call(AnsweredRequest, "answer_request", arguments)
        await session
    results = [result for asked in played.requests for result in asked.answers("Bash")]
    assert [(result.is_error, result.words()) for result in results[:1]] == [(False, "42")]


async def test_a_question_is_answered_by_a_command(client_setup: ClientSetup) -> None:
    chamber, played = await open_chamber(client_setup), Played()
    script = calls_once(QUESTION)
    async with watched(client_setup) as (_, store):
        with terminal(client_setup, script, chamber.path, played):
            request = await next_request(store, 60)
            assert request.kind == "question"
            ran = await asyncio.to_thread(
                orchestra,
                client_setup.repository.path,
                client_setup.settings,
                "answer",
                "auth",
                "2",
            )
            assert (ran.returncode, ran.stderr) == (0, "")
            await until(lambda: len(played.requests) > 1, seconds=30)
    (answered,) = played.requests[-1].results()
    assert not answered.is_error
    assert '"Which colour?"="Red"' in answered.words()


async def test_an_answer_in_the_terminal_withdraws_the_request(client_setup: ClientSetup) -> None:
    chamber, played = await open_chamber(client_setup), Played()
    script = calls_once(COMPUTE)
    async with watched(client_setup) as (_, store):
        with terminal(client_setup, script, chamber.path, played) as session:
            request = await next_request(store, 60)
            await asyncio.to_thread(allow_in_terminal, session)

            async def is_over() -> bool:
                return not (await store.snapshot()).requests[request.id].is_open

            await until_awaited(is_over, seconds=30)
            await until(lambda: len(played.requests) > 1, seconds=30)
            over = (await store.snapshot()).requests[request.id]
    assert over.note == "it was answered in the client's own terminal"
    (allowed,) = played.requests[-1].results()
    assert allowed.words() == "42"


async def test_with_nobody_to_answer_the_client_does_not_wait(client_setup: ClientSetup) -> None:
    chamber, played = await open_chamber(client_setup), Played()
    async with in_memory(client_setup.settings, client_setup.repository.path):
        await asyncio.to_thread(play, client_setup, calls_once(COMPUTE), chamber.path, played)
    (denied,) = played.requests[-1].results()
    assert denied.is_error
    assert "requires approval" in denied.words()
