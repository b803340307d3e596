"""The guard ends an agent whose starter has died, and nothing else."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_server.agents.process.parent_death_guard import ParentDeathGuard
from tests.support.waiting import until

_AGENT = "trap 'touch told; exit' TERM; touch ready; sleep 600 & wait"
_STARTER = f"""
import subprocess, sys
from orchestra_core.process.started_mark import STARTED
from orchestra_server.agents.process.parent_death_guard import ParentDeathGuard
guard = ParentDeathGuard.start(sys.argv[1])
agent = subprocess.Popen(["/bin/sh", "-c", {_AGENT!r}], start_new_session=True)
aside = subprocess.Popen(["sleep", "600"], start_new_session=True, env={{STARTED: sys.argv[1]}})
guard.watch(agent.pid)
print(agent.pid, aside.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def agent() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
        yield process
        process.kill()


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] != "Z"


def _start(directory: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", _STARTER, secrets.token_hex(8)],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


async def test_an_agent_is_told_to_end_when_its_starter_is_killed_and_what_it_left_aside_is_ended(
    tmp_path: Path,
) -> None:
    with _start(tmp_path) as starter:
        assert starter.stdout is not None
        agent, aside = map(int, starter.stdout.readline().split())
        await until((tmp_path / "ready").exists)
        assert _runs(agent)
        assert _runs(aside)
        starter.kill()
    await until(lambda: not _runs(agent))
    assert (tmp_path / "told").exists()
    await until(lambda: not _runs(aside))


def test_a_guard_that_is_released_leaves_the_agent_alone(
    agent: "subprocess.Popen[bytes]",
) -> None:
    guard = ParentDeathGuard.start(secrets.token_hex(8))
    guard.watch(agent.pid)
    guard.release()
    assert agent.poll() is None


def test_a_guard_can_be_released_twice_and_before_its_agent_has_started() -> None:
    guard = ParentDeathGuard.start(secrets.token_hex(8))
    guard.release()
    guard.release()


def test_a_guard_that_was_killed_is_released_without_an_error(
    agent: "subprocess.Popen[bytes]",
) -> None:
    mark = secrets.token_hex(8)
    guard = ParentDeathGuard.start(mark)
    (number,) = (
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdecimal() and mark.encode() in _command_of(folder)
    )
    os.kill(number, signal.SIGKILL)
    guard.watch(agent.pid)
    guard.release()
    assert agent.poll() is None


def _command_of(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""
