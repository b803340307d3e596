"""The server as a client starts it: a process of its own, spoken to on stdin and stdout."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.tasks import StartedTask, TaskStatus
from orchestra_core.replies.workers import RecordedAction
from orchestra_core.settings import Settings
from tests.support.conductor.orchestration import on_stdio, server_environ
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.stores.valkey_users import kill_server, settings_at

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository((tmp_path / "Buch laden ü").resolve(), {"shop.py": "PRICE = 1\n"})


class Wire:
    """The bare protocol, for what no honest client would send."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line: str) -> str:
        self.send(line)
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, timeout: float = 30) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, err


@contextmanager
def wire(settings: Settings, directory: Path, *, is_serving: bool = True) -> Generator[Wire]:
    """Start a server; unless it `is_serving`, it may still only answer first questions."""
    with subprocess.Popen(
        [sys.executable, "-m", "orchestra_server"],
        cwd=directory,
        env={**os.environ, **PLAIN_GIT, **server_environ(settings)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        spoken = Wire(process)
        try:
            answer = spoken.ask(json.dumps(HELLO))
            assert '"name":"orchestration"' in answer
            spoken.send('{"jsonrpc":"2.0","method":"notifications/initialized"}')
            if is_serving:
                assert '"result":{}' in spoken.ask('{"jsonrpc":"2.0","id":0,"method":"ping"}')
            yield spoken
        finally:
            process.kill()


async def test_four_calls_take_a_task_from_start_to_completion(
    settings: Settings, repository: TestRepository, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    async with on_stdio(settings, repository.path, log, PLAIN_GIT) as conductor:
        started = await conductor.call(
            StartedTask,
            "start_task",
            {"description": "Accounts: log-in, users, limits", "complexity": "auto-detect"},
        )
        made = await conductor.call(
            CreatedChambers,
            "create_chambers_batch",
            {"task_id": started.task_id, "chamber_names": ["auth", "database", "api"]},
        )
        for chamber in made.chambers:
            (Path(chamber.path) / f"{chamber.name}.py").write_text("DONE = True\n")
        recorded = await conductor.call(
            RecordedAction,
            "record_agent_action",
            {
                "task_id": started.task_id,
                "agent_id": "implementation-executor-auth",
                "action": "Wrote the log-in",
                "result": "It imports",
                "patterns": ["JWT auth", "rate limiting"],
            },
        )
        completed = await conductor.call(
            CompletedTask,
            "complete_task",
            {"task_id": started.task_id, "commit_changes": True, "summary": "Accounts are in."},
        )
    assert recorded.chamber == "auth"
    assert completed.completed, completed
    assert [(repository.path / f"{name}.py").exists() for name in ("auth", "database", "api")] == [
        True,
        True,
        True,
    ]
    assert log.read_text() == ""


async def test_calls_work_after_the_private_valkey_was_killed_between_them(
    settings: Settings, repository: TestRepository, tmp_path: Path
) -> None:
    runtime = tmp_path / "r"
    runtime.mkdir()
    own = settings_at(tmp_path / "s", runtime)
    async with on_stdio(own, repository.path, tmp_path / "log", PLAIN_GIT) as conductor:
        started = await conductor.call(
            StartedTask, "start_task", {"description": "Survive the database's death"}
        )
        await asyncio.to_thread(kill_server, own)
        status = await conductor.call(TaskStatus, "get_task_status", {"task_id": started.task_id})
        assert status.description == "Survive the database's death"


def test_a_lone_surrogate_in_a_call_is_replaced(
    settings: Settings, repository: TestRepository
) -> None:
    call = (
        r'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"start_task",'
        r'"arguments":{"description":"half \ud83d a face, \ud83d\ude00 a whole one"}}}'
    )
    with wire(settings, repository.path) as spoken:
        answer = json.loads(spoken.ask(call))
        assert answer["result"]["isError"] is False
        task = answer["result"]["structuredContent"]["task_id"]
        status = json.loads(
            spoken.ask(
                json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "id": 3,
                        "method": "tools/call",
                        "params": {"name": "get_task_status", "arguments": {"task_id": task}},
                    }
                )
            )
        )
    described = status["result"]["structuredContent"]["description"]
    assert described == "half \ufffd a face, \U0001f600 a whole one"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly_while_it_waits_for_the_client(
    settings: Settings, repository: TestRepository, number: signal.Signals
) -> None:
    with wire(settings, repository.path) as spoken:
        spoken.process.send_signal(number)
        assert spoken.process.wait(timeout=30) == 0
        assert spoken.end() == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly_while_it_only_answers_first_questions(
    settings: Settings, repository: TestRepository, number: signal.Signals
) -> None:
    with wire(settings, repository.path, is_serving=False) as spoken:
        spoken.process.send_signal(number)
        assert spoken.end() == (0, "", "")


def test_the_server_ends_when_the_client_closes_stdin(
    settings: Settings, repository: TestRepository
) -> None:
    with wire(settings, repository.path) as spoken:
        assert spoken.end() == (0, "", "")


async def test_without_a_repository_the_server_starts_and_each_call_says_so(
    settings: Settings, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    async with on_stdio(settings, nowhere, tmp_path / "log") as conductor:
        line = await conductor.error("start_task", {"description": "Add tags"})
    assert line == (
        f"{nowhere.resolve()} is not in a git repository; "
        "run this inside one, or make one with 'git init'"
    )


async def test_without_redis_the_server_starts_says_so_and_works_once_redis_is_up(
    settings: Settings, repository: TestRepository, tmp_path: Path
) -> None:
    nobody = replace(settings, redis_url="redis://127.0.0.1:1/0")
    async with on_stdio(nobody, repository.path, tmp_path / "log") as conductor:
        line = await conductor.error("get_task_status", {"task_id": "x"})
    assert "127.0.0.1:1" in line


def test_an_unknown_argument_ends_the_program_with_the_code_for_misuse() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "orchestra_server", "--http"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert told.returncode == 2
    assert told.stderr.startswith("unknown argument '--http'; usage: orchestra-server")
    assert told.stdout == ""
