"""One process: its lines, its last words, and an end after which nothing of it runs."""

import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.agents.agent_driver import Launch
from orchestra_server.agents.process import agent_process
from orchestra_server.agents.process.agent_process import AgentProcess, start_process
from tests.support.waiting import until


def launch(directory: Path, *command: str) -> Launch:
    return Launch("claude", command, directory, {"PATH": os.environ["PATH"]})


@asynccontextmanager
async def running(directory: Path, script: str) -> AsyncGenerator[AgentProcess]:
    """Run a script as an agent, to the end of the block at the latest."""
    command = ("/bin/sh", "-c", script)
    process = start_process(launch(directory, *command), list(command))
    try:
        yield process
    finally:
        await process.end(60)
        process.close_pipes()


async def all_lines(process: AgentProcess) -> list[bytes]:
    return [line.content async for line in process.lines()]


async def test_its_lines_come_in_order_and_its_errors_are_its_last_words(tmp_path: Path) -> None:
    async with running(tmp_path, "echo one; echo 'fatal: no' >&2; printf two; exit 7") as process:
        assert await all_lines(process) == [b"one", b"two"]
        assert (await process.wait(60), process.status, process.last_words) == (7, 7, "fatal: no")
        with pytest.raises(Refused, match="the agent has ended; start it again"):
            await process.write(b"more\n")


async def test_only_the_end_of_a_long_error_output_is_kept(tmp_path: Path) -> None:
    async with running(tmp_path, "yes noise | head -n 20000 >&2; echo 'the fault' >&2") as process:
        assert await all_lines(process) == []
        assert process.last_words.endswith("…")
        assert len(process.last_words) <= 600


async def test_a_child_that_holds_its_pipes_open_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async with running(tmp_path, "sleep 600 & echo said") as process:
        assert await all_lines(process) == [b"said"]
        assert process.status == 0


async def test_it_reads_what_is_written_and_ends_with_its_input(tmp_path: Path) -> None:
    async with running(tmp_path, "cat >heard") as process:
        await process.write(b"Begin.\n")
        assert process.status is None
        assert await process.wait(0) is None
        assert await process.end(60) == 0
        assert (tmp_path / "heard").read_text() == "Begin.\n"


async def test_one_that_ignores_the_end_of_its_input_is_asked_to_end(tmp_path: Path) -> None:
    async with running(
        tmp_path, "trap 'touch told; exit 3' TERM; touch ready; sleep 600 & wait"
    ) as process:
        await until((tmp_path / "ready").exists)
        assert await process.end(0) == 3
        assert (tmp_path / "told").exists()


async def test_one_that_ignores_that_too_is_ended_by_force_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_process, "_GRACE", 0.01)
    script = (
        "trap '' TERM; setsid sleep 600 & echo $! >aside; touch ready; while :; do sleep 1; done"
    )
    async with running(tmp_path, script) as process:
        await until((tmp_path / "ready").exists)
        assert await process.end(0) == -signal.SIGKILL
        stat = Path("/proc", (tmp_path / "aside").read_text().strip(), "stat")
        await until(
            lambda: not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"
        )


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("no-such-agent", "claude is not installed: there is no program 'no-such-agent'"),
        ("/dev/null", "claude cannot start: '/dev/null' cannot be run"),
    ],
)
async def test_a_program_that_cannot_run_is_named(program: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=words):
        start_process(launch(tmp_path, program), [program])


async def test_a_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = launch(tmp_path / "gone", sys.executable)
    with pytest.raises(Refused, match=r"cannot start in '.*gone': no such directory"):
        start_process(gone, [sys.executable])
