"""What an agent has started in sessions of its own ends with it."""

import os
import secrets
import signal
import subprocess
from collections.abc import Iterator

import pytest

from orchestra_core.process.started_mark import STARTED
from orchestra_server.agents.process.leftover_processes import end_marked


@pytest.fixture
def mark() -> str:
    return secrets.token_hex(8)


@pytest.fixture
def leftover(mark: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has left its starter's group and session, with the mark in its environment."""
    with subprocess.Popen(
        ["sleep", "600"], env={**os.environ, STARTED: mark}, start_new_session=True
    ) as process:
        yield process
        process.kill()


def test_a_marked_process_is_ended_by_force(mark: str, leftover: "subprocess.Popen[bytes]") -> None:
    assert end_marked(mark) >= 1
    assert leftover.wait(60) == -signal.SIGKILL


def test_a_process_of_another_run_goes_on(mark: str, leftover: "subprocess.Popen[bytes]") -> None:
    assert end_marked(secrets.token_hex(8)) == 0
    assert end_marked(mark[:-1]) == 0
    assert leftover.poll() is None
