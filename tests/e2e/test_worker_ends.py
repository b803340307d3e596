"""The real Claude Code: turns and workers whose end no hook tells of are shown as what they are."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from subprocess import Popen

import pytest

from orchestra_core.names import chamber_id
from orchestra_core.project import find_project
from orchestra_core.replies.interrupts import SentInterrupt
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from tests.e2e.conftest import ClientSetup, say
from tests.e2e.test_worker_mail import MESSAGE, OpenChamber, open_chamber
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    scripted_model,
)
from tests.support.conductor.orchestration import Conductor, in_memory
from tests.support.waiting import until, until_awaited

pytestmark = pytest.mark.timeout(400)

BEGIN = {"type": "user", "message": {"role": "user", "content": "Do your part."}}
# The client refuses a plain `sleep`.
WAIT = "python3 -c 'import time; time.sleep(60)'"
LONG = CallTool("Bash", {"command": WAIT, "description": "Wait"})
ALLOWED = ("--allowedTools", "Bash Agent", "--permission-mode", "acceptEdits")


@asynccontextmanager
async def on_duty(client_setup: ClientSetup) -> AsyncGenerator[tuple[Conductor, Store]]:
    """Have what the clone's daemon does, and the store."""
    repository = client_setup.repository.path
    async with (
        in_memory(client_setup.settings, repository) as conductor,
        open_store(find_project(repository).id, client_setup.settings) as store,
    ):
        yield conductor, store


async def until_shown(store: Store, chamber: OpenChamber, state: str, tool: str = "") -> None:
    async def is_shown() -> bool:
        presence = await store.presence(chamber_id(chamber.task_id, "auth"))
        return presence is not None and (presence.state, presence.tool) == (state, tool)

    await until_awaited(is_shown, seconds=60)


def works_long(request: ModelRequest) -> ModelAnswer:
    return [LONG] if request.turn == 0 else [Say("I have read it.")]


async def test_an_aborted_turn_is_shown_and_its_mail_is_read_without_anybody_typing(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    async with on_duty(client_setup) as (conductor, store):
        with (
            scripted_model(works_long) as model,
            client_setup.open_session(chamber.path, model.url, *ALLOWED) as session,
        ):
            say(session, BEGIN)
            await until_shown(store, chamber, "working", "Bash")
            abort = {"subtype": "interrupt"}
            say(session, {"type": "control_request", "request_id": "a", "request": abort})
            await until_shown(store, chamber, "aborted")
            asked = {"task_id": chamber.task_id, "chamber": "auth", "message": MESSAGE}
            await conductor.call(SentInterrupt, "interrupt_worker", asked)
            await until(lambda: MESSAGE in model.requests[-1].text(), seconds=60)


async def test_a_session_that_is_killed_while_a_tool_runs_is_gone(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    async with on_duty(client_setup) as (_, store):
        with (
            scripted_model(works_long) as model,
            client_setup.open_session(chamber.path, model.url, *ALLOWED) as session,
        ):
            say(session, BEGIN)
            await until_shown(store, chamber, "working", "Bash")
            session.kill()
            await until_shown(store, chamber, "gone")


async def test_a_subagent_that_is_stopped_is_shown_as_killed(client_setup: ClientSetup) -> None:
    chamber = await open_chamber(client_setup)

    def script(request: ModelRequest) -> ModelAnswer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        if "You are the worker" in prompt:
            return [LONG]
        if request.answers("Agent"):
            return [Say("I wait for my worker.")]
        asked = {"description": "auth", "subagent_type": "general-purpose"}
        asked["prompt"] = f"You are the worker in {chamber.path}."
        return [CallTool("Agent", asked)]

    main = client_setup.repository.path
    async with on_duty(client_setup) as (_, store):
        with (
            scripted_model(script) as model,
            client_setup.open_session(main, model.url, *ALLOWED) as session,
        ):
            say(session, BEGIN)
            started = await asyncio.to_thread(next_task, session)
            await until_shown(store, chamber, "working", "Bash")
            stop = {"subtype": "stop_task", "task_id": started}
            say(session, {"type": "control_request", "request_id": "s", "request": stop})
            await until_shown(store, chamber, "killed")


def next_task(session: Popen[str]) -> str:
    """Return the id of the task that the session tells of next."""
    assert session.stdout is not None
    for line in session.stdout:
        message = json.loads(line)
        if message.get("subtype") == "task_started":
            return str(message["task_id"])
    raise AssertionError("no task was started")
