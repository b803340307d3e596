"""The bundled server as a child: started, spoken to, failing in every way, started again."""

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import pytest

from orchestra_core.errors import Refused, Unavailable
from orchestra_tui.backend.protocols import ServerStatus
from orchestra_tui.backend.server_process import ServerLaunch, ServerProcess
from orchestra_tui.backend.server_supervisor import ServerSupervisor
from tests.support.room import stub_server
from tests.support.room.supervised_server import running
from tests.support.waiting import until


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_call_made_while_the_server_starts_waits_for_it(tmp_path: Path) -> None:
    async with running(tmp_path) as supervised:
        raw = await supervised.link.call("echo", {"a": "ü"})
        assert msgspec.json.decode(raw) == {"echo": {"name": "echo", "arguments": {"a": "ü"}}}
        assert supervised.phases == ["starting", "ready"]


async def test_a_refusal_of_a_tool_is_one_line(tmp_path: Path) -> None:
    async with running(tmp_path) as supervised:
        with pytest.raises(Refused, match=r"^no such$"):
            await supervised.link.call("refuse", {})


async def test_when_the_server_dies_waiting_calls_fail_with_one_line_and_it_is_restarted(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as supervised:
        waiting = asyncio.create_task(supervised.link.call("hang", {}))
        await until(lambda: supervised.phases[-1] == "ready")
        first = supervised.link.pid
        with pytest.raises(Unavailable, match="ended before it answered"):
            await supervised.link.call("die", {})
        with pytest.raises(Unavailable, match="ended before it answered"):
            await waiting
        await until(lambda: supervised.phases.count("ready") == 2)
        await supervised.link.call("echo", {})
        assert supervised.states[2] == ServerStatus("restarting", "in 0.01 s")
        assert supervised.link.pid != first


async def test_the_error_for_a_server_that_never_gets_ready_names_its_log(tmp_path: Path) -> None:
    async with running(tmp_path, "never-ready") as supervised:
        await until(lambda: supervised.phases.count("failed") >= 2)
        failed = [state for state in supervised.states if state.phase == "failed"]
        assert failed[0].detail == f"see {tmp_path}/log/server.log, next try in 0.01 s"
        assert failed[1].detail.endswith("next try in 0.05 s")
        with pytest.raises(Unavailable, match="MCP server is not running"):
            await supervised.link.call("echo", {})
        assert "cannot start" in (tmp_path / "log" / "server.log").read_text()


async def test_a_server_that_was_started_early_is_used(tmp_path: Path) -> None:
    command = (sys.executable, stub_server.__file__)
    launch = ServerLaunch(command, tmp_path, dict(os.environ), tmp_path / "server.log")
    early = ServerProcess(launch)
    link = ServerSupervisor(launch, early=early)
    task = asyncio.create_task(link.run(lambda _: None))
    await until(lambda: link.state.phase == "ready")
    assert link.pid == early.pid
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert gone(early.pid)


async def test_the_server_has_exited_when_the_supervisor_closes(tmp_path: Path) -> None:
    async with running(tmp_path) as supervised:
        await until(lambda: supervised.phases[-1] == "ready")
        pid = supervised.link.pid
    assert gone(pid)


async def test_a_server_command_that_cannot_be_run_sets_the_failed_status(tmp_path: Path) -> None:
    launch = ServerLaunch(("/nowhere/python",), tmp_path, {}, tmp_path / "server.log")
    link = ServerSupervisor(launch, delays=(0.01,))
    states: list[ServerStatus] = []
    task = asyncio.create_task(link.run(states.append))
    await until(lambda: any(state.phase == "failed" for state in states))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "/nowhere/python" in launch.log.read_text()
