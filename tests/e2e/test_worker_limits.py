"""The real Claude Code: what a worker's shell and tools are kept from."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from tests.e2e.conftest import ClientSetup, open_chambers
from tests.e2e.test_worker_mail import open_chamber, work
from tests.support.agents.claude_code import claude_binary, run_claude
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    Script,
    scripted_model,
)
from tests.support.conductor.orchestration import Conductor, in_memory

pytestmark = pytest.mark.timeout(400)


def bash(command: str) -> CallTool:
    return CallTool("Bash", {"command": command, "description": "Run it"})


async def test_a_command_that_writes_elsewhere_is_denied_and_one_in_the_chamber_runs(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    main = client_setup.repository.path
    commands = [
        f"cd {chamber.path} && echo x > {main}/a.py",
        f"python3 - <<'E'\nopen('{main}/a.py', 'w').write('x')\nE",
        "git stash",
        "echo PRICE > a.py && git add -A && git commit -qm 'Add prices' && cat a.py",
        'echo "[$CLAUDE_PROJECT_DIR]"',
    ]

    def script(request: ModelRequest) -> ModelAnswer:
        turn = request.turn
        return [bash(commands[turn])] if turn < len(commands) else [Say("My part is done.")]

    requests = await asyncio.to_thread(work, client_setup, chamber, script)
    results = requests[-1].results()
    assert [result.is_error for result in results] == [True, True, True, False, False]
    assert f"Use {chamber.path}/a.py instead." in results[0].words()
    assert "which is in the main checkout" in results[1].words()
    assert "Commit on your own branch instead" in results[2].words()
    assert results[3].words() == "PRICE"
    assert results[4].words() == "[]"
    assert not (main / "a.py").exists()


SERVER_TOOL = "mcp__orchestration__get_task_status"


async def test_a_subagent_in_a_chamber_cannot_call_the_servers_tools_and_its_conductor_can(
    client_setup: ClientSetup,
) -> None:
    chamber = await open_chamber(client_setup)
    worker, conductor = list[ModelRequest](), list[ModelRequest]()

    def script(request: ModelRequest) -> ModelAnswer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        asked = {"task_id": chamber.task_id}
        if "You are the worker" in prompt:
            worker.append(request)
            calls = [bash(f"ls {chamber.path}"), CallTool(SERVER_TOOL, asked)]
            return [calls[request.turn]] if request.turn < 2 else [Say("My part is done.")]
        conductor.append(request)
        if not request.answers("Agent"):
            starting = {"description": "auth", "subagent_type": "general-purpose"}
            starting["prompt"] = f"You are the worker in {chamber.path}."
            return [CallTool("Agent", starting)]
        if not request.answers(SERVER_TOOL):
            return [CallTool(SERVER_TOOL, asked)]
        return [Say("I wait for my worker.")]

    await asyncio.to_thread(conduct, client_setup, script)
    refused = worker[-1].answers(SERVER_TOOL)[0]
    assert refused.is_error
    assert "get_task_status is the conductor's" in refused.words()
    assert f"{chamber.path}/.DISCOVERY" in refused.words()
    assert not conductor[-1].answers(SERVER_TOOL)[0].is_error


def conduct(client_setup: ClientSetup, script: Script) -> None:
    """Run a session in the main checkout with the server's tools."""
    client_setup.play(
        script,
        allowed="Bash Write mcp__orchestration",
        options=["--mcp-config", str(client_setup.repository.path / ".mcp.json")],
        environ={"ORCHESTRA_LINGER": "60"},
    )


FACT = "The sessions table has no user id."
LAST_TURN = 20  # of its author; a turn takes 0.2 s and more, and the way to a sibling 1 s or less


@pytest.mark.parametrize("kind", ["subagents", "sessions"])
async def test_a_critical_discovery_reaches_a_sibling_at_work_at_once(
    client_setup: ClientSetup, kind: str
) -> None:
    async with in_memory(client_setup.settings, client_setup.repository.path) as operator:
        paths = await open_two(operator)
        happened = list[str]()

        def script(request: ModelRequest) -> ModelAnswer:
            prompt = "\n".join(block.words() for block in request.messages[0].blocks())
            name = next((path for path in paths if f"worker of {path}." in prompt), "")
            if not name:
                return start_all(request, paths)
            if name == "auth":
                return report(request, paths["auth"], happened)
            if FACT in request.text():
                happened.append("read")
                return [Say("I have read it.")]
            return [bash(f"touch {paths['api']}/a && sleep 0.1")] if request.turn < 60 else []

        if kind == "subagents":
            await asyncio.to_thread(conduct, client_setup, script)
        else:
            await asyncio.to_thread(work_in_all, client_setup, paths, script)
    assert happened[0] == "read"


async def open_two(operator: Conductor) -> dict[str, Path]:
    made = await open_chambers(operator, ["auth", "api"])
    return {chamber.name: Path(chamber.path) for chamber in made.chambers}


def start_all(request: ModelRequest, paths: Mapping[str, Path]) -> ModelAnswer:
    """Start both workers as subagents."""
    if request.answers("Agent"):
        return [Say("I wait for my workers.")]
    return [
        CallTool(
            "Agent",
            {
                "description": name,
                "subagent_type": "general-purpose",
                "prompt": f"You are the worker of {name}. You work in {path}.",
            },
        )
        for name, path in paths.items()
    ]


def report(request: ModelRequest, chamber: Path, happened: list[str]) -> ModelAnswer:
    """Be busy for a moment, then write a discovery whose line has no end, then be busy again."""
    if request.turn == 1:
        written = {"file_path": f"{chamber}/.DISCOVERY", "content": f"critical {FACT}"}
        return [CallTool("Write", written)]
    if request.turn == 2:
        assert not request.results()[-1].is_error, request.results()[-1].words()
    if "read" in happened or request.turn == LAST_TURN:
        happened.append("its author ends")
        return [Say("Done.")]
    return [bash(f"touch {chamber}/a && sleep 0.1")]


def work_in_all(client_setup: ClientSetup, paths: Mapping[str, Path], script: Script) -> None:
    """Run a session in each chamber, all at once."""
    binary = claude_binary()
    with scripted_model(script) as model, ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(
                run_claude,
                binary,
                f"You are the worker of {name}.",
                directory=path,
                home=client_setup.home,
                model_url=model.url,
                environ=client_setup.environ,
                options=["--allowedTools", "Bash Write"],
            )
            for name, path in paths.items()
        ]
        assert {run.result().returncode for run in runs} == {0}
    assert model.faults == []


async def test_what_a_command_changes_elsewhere_is_noticed_and_told_to_its_worker(
    client_setup: ClientSetup,
) -> None:
    main = client_setup.repository.path
    async with in_memory(client_setup.settings, main) as operator:
        auth = (await open_two(operator))["auth"]
        writing = f"import time; open('{main}/made.txt', 'w').write('x'); time.sleep(1.5)"

        def script(request: ModelRequest) -> ModelAnswer:
            calls = [
                CallTool("Write", {"file_path": f"{auth}/gen.py", "content": writing}),
                bash("python3 gen.py"),
            ]
            return [calls[request.turn]] if request.turn < len(calls) else [Say("Done.")]

        prompt = {"auth": auth}
        requests = list[ModelRequest]()
        await asyncio.to_thread(work_in_all, client_setup, prompt, kept(script, requests))
        project = find_project(main)
        async with open_store(project.id, client_setup.settings) as store:
            events = await store.events()
    (told,) = [event for event in events if event.kind == "checkout.changed"]
    words = "while `python3 gen.py` ran, made.txt changed in the main checkout"
    assert (told.chamber, told.data.result) == ("auth", words)
    assert told.at / 1_000 - (main / "made.txt").stat().st_mtime < 1
    assert words[1:] in requests[-1].text()


def kept(script: Script, requests: list[ModelRequest]) -> Script:
    """Return the script, which also keeps what it was asked."""

    def keep(request: ModelRequest) -> ModelAnswer:
        requests.append(request)
        return script(request)

    return keep
