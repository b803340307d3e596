"""The real Claude Code: its worktrees are chambers, and its subagents start in theirs."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.project import find_project
from orchestra_core.state import ProjectState
from orchestra_core.store.open_store import open_store
from orchestra_server.files.installation.installed_files import SETTINGS
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from tests.e2e.conftest import ClientSetup, open_chambers
from tests.support.agents.scripted_model import (
    CallTool,
    ModelRequest,
    Say,
    Script,
)
from tests.support.conductor.orchestration import in_memory
from tests.support.git.repositories import TestRepository

pytestmark = pytest.mark.timeout(400)

PARTS = ["auth", "database", "api"]
WHERE = CallTool("Bash", {"command": "pwd", "description": "Look where I am"})


def play(client_setup: ClientSetup, script: Script, *options: str) -> list[ModelRequest]:
    return client_setup.play(
        script,
        allowed="Bash Write EnterWorktree",
        options=options,
        environ={"ORCHESTRA_LINGER": "60"},
    )


async def stored(client_setup: ClientSetup) -> ProjectState:
    project = find_project(client_setup.repository.path)
    stop_daemon(project.git_dir)
    async with open_store(project.id, client_setup.settings) as store:
        await take_in_spool(store, project.git_dir, now_ms, patience=20.0)
        return await store.snapshot()


async def test_a_session_in_a_worktree_of_its_own_works_in_a_chamber(
    client_setup: ClientSetup,
) -> None:
    place = client_setup.repository.path / ".claude" / "worktrees" / "fix-login"

    def script(request: ModelRequest) -> Sequence[Say | CallTool]:
        if request.turn == 0:
            return [WHERE]
        if request.turn == 1:
            asyncio.run(interrupt(client_setup))
            return [CallTool("Write", {"file_path": f"{place}/fix.py", "content": "A = 1\n"})]
        return [Say("Mended.")]

    requests = await asyncio.to_thread(play, client_setup, script, "-w", "Fix/Login")
    assert requests[1].results()[0].words() == str(place)
    assert requests[-1].text().count("Use PR 12") == 1
    state = await stored(client_setup)
    (task,), (chamber,) = state.tasks.values(), state.chambers.values()
    assert (task.is_open, chamber.path, chamber.is_live) == (True, str(place), True)
    assert state.presence[chamber.id].state == "finished"
    (mail,) = state.interrupts.values()
    assert mail.state == "acted"


async def test_a_session_that_enters_a_worktree_becomes_its_chambers_worker(
    client_setup: ClientSetup,
) -> None:
    place = client_setup.repository.path / ".claude" / "worktrees" / "fix-login"

    def script(request: ModelRequest) -> Sequence[Say | CallTool]:
        if request.turn == 0:
            return [CallTool("EnterWorktree", {"name": "fix-login"})]
        if request.turn == 1:
            asyncio.run(interrupt(client_setup))
        return [WHERE] if request.turn < 3 else [Say("Mended.")]

    requests = await asyncio.to_thread(play, client_setup, script)
    assert requests[-1].results()[-1].words() == str(place)
    assert requests[-1].text().count("Use PR 12") == 1
    state = await stored(client_setup)
    (chamber,) = state.chambers.values()
    assert (chamber.path, chamber.is_live) == (str(place), True)
    assert state.presence[chamber.id].state in ("idle", "finished")
    (mail,) = state.interrupts.values()
    assert mail.state == "acted"


async def test_a_worktree_that_a_session_in_a_chamber_makes_is_a_chamber_beside_it(
    client_setup: ClientSetup,
) -> None:
    async with in_memory(client_setup.settings, client_setup.repository.path) as operator:
        chamber = Path((await open_chambers(operator, ["auth"])).chambers[0].path)

    def script(request: ModelRequest) -> Sequence[Say | CallTool]:
        return [WHERE] if request.turn == 0 else [Say("My part is done.")]

    requests = await asyncio.to_thread(
        client_setup.play,
        script,
        chamber,
        options=["-w", "inner"],
        environ={"ORCHESTRA_LINGER": "60"},
    )
    assert requests[1].results()[0].words() == str(chamber.parent / "inner")
    state = await stored(client_setup)
    assert {made.name for made in state.chambers.values() if made.is_live} == {"auth", "inner"}


async def interrupt(client_setup: ClientSetup) -> None:
    repository = client_setup.repository
    async with in_memory(client_setup.settings, repository.path) as operator:
        project = find_project(repository.path)
        async with open_store(project.id, client_setup.settings) as store:
            (task_id,) = (await store.snapshot()).tasks
        arguments = {"task_id": task_id, "chamber": "fix-login", "message": "Use PR 12"}
        result = await operator.client.call_tool("interrupt_worker", arguments)
        assert not result.is_error


async def test_three_subagents_at_once_start_each_in_its_chamber_and_are_briefed(
    client_setup: ClientSetup,
) -> None:
    async with in_memory(client_setup.settings, client_setup.repository.path) as conductor:
        briefs = {name: f"The brief of {name}" for name in PARTS}
        await open_chambers(conductor, PARTS, briefs=briefs)
    workers = dict[str, ModelRequest]()

    def script(request: ModelRequest) -> Sequence[Say | CallTool]:
        worker = worker_of(request)
        if worker:
            workers[worker] = request
            return [WHERE] if request.turn == 0 else [Say("I am here.")]
        return [Say("I wait.")] if request.answers("Agent") else list(map(start, PARTS))

    await asyncio.to_thread(play, client_setup, script)
    worktrees = client_setup.repository.path / ".claude" / "worktrees"
    assert {name: request.results()[0].words() for name, request in workers.items()} == {
        name: str(worktrees / name) for name in PARTS
    }
    for name, request in workers.items():
        words = request.text() + str(request.system)
        assert words.count("YOUR PART, in the conductor's words") == 1
        assert f"> The brief of {name}" in words
        assert words.count(f"> The brief of {name}") == 1
    state = await stored(client_setup)
    assert {chamber.name for chamber in state.chambers.values()} == set(PARTS)
    assert {presence.state for presence in state.presence.values()} == {"finished"}
    assert len(state.presence) == len(PARTS)


def start(name: str) -> CallTool:
    asked = {"description": f"Do {name}", "subagent_type": "general-purpose"}
    return CallTool("Agent", {**asked, "prompt": f"You are implementation-executor-{name}."})


def isolated(call: CallTool) -> CallTool:
    return CallTool(call.tool, {**call.arguments, "isolation": "worktree"})


def worker_of(request: ModelRequest) -> str:
    """Return whose request this is, "" for the conductor's."""
    first = "\n".join(block.words() for block in request.messages[0].blocks())
    worker = re.search(r"You are implementation-executor-(\w+)\.", first)
    return worker[1] if worker else ""


async def test_a_fault_of_ours_leaves_the_client_an_ordinary_worktree(
    client_setup: ClientSetup,
) -> None:
    settings = client_setup.repository.path / SETTINGS
    settings.write_text(settings.read_text().replace("orchestra_server hook", "nothing hook"))

    def script(request: ModelRequest) -> Sequence[Say | CallTool]:
        return [WHERE] if request.turn == 0 else [Say("Done.")]

    requests = await asyncio.to_thread(play, client_setup, script, "-w", "fix")
    place = Path(requests[-1].results()[0].words())
    assert place == client_setup.repository.path / ".claude" / "worktrees" / "fix"
    assert TestRepository(place).git("branch", "--show-current") == "worktree-fix"


async def test_in_auto_mode_subagents_start_in_their_chambers_though_no_hook_may_change_a_call(
    client_setup: ClientSetup,
) -> None:
    async with in_memory(client_setup.settings, client_setup.repository.path) as conductor:
        made = await open_chambers(conductor, PARTS)
    assert 'with isolation "worktree"' in made.next_step
    workers = dict[str, ModelRequest]()
    conducted: list[ModelRequest] = []

    def script(request: ModelRequest) -> Sequence[Say | CallTool]:
        worker = worker_of(request)
        if worker:
            workers[worker] = request
            return [WHERE] if request.turn == 0 else [Say("I am here.")]
        conducted.append(request)
        if request.turn == 0:
            return [isolated(start("auth")), start("api")]
        return [isolated(start("api"))] if request.turn == 1 else [Say("I wait.")]

    options = ("--permission-mode", "auto")
    await asyncio.to_thread(play, client_setup, script, *options)
    worktrees = client_setup.repository.path / ".claude" / "worktrees"
    assert {name: request.results()[0].words() for name, request in workers.items()} == {
        name: str(worktrees / name) for name in ("auth", "api")
    }
    (denied,) = (result.words() for result in conducted[1].answers("Agent") if result.is_error)
    assert 'Repeat the call with isolation "worktree"' in denied
    assert not any(result.is_error for result in conducted[2].answers("Agent")[2:])
