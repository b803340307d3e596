"""Which git processes run where, and waiting for their end."""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestra_server.git.process.git_processes import git_processes_in, wait_for_git_processes
from tests.support.git.repositories import small_repository

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no /proc")


@contextmanager
def a_git_in(directory: Path) -> Generator[subprocess.Popen[bytes]]:
    """Run a git that waits for its input, once it has come to where it runs."""
    waiting = ["git", "-C", str(directory), "cat-file", "--batch"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        git.stdin.write(b"HEAD\n")
        git.stdin.flush()
        git.stdout.readline()
        try:
            yield git
        finally:
            git.kill()


def test_a_git_process_is_found_for_its_directory_and_its_parents_only(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    (tmp_path / "repo-2").mkdir()
    with a_git_in(made.path) as git:
        assert git_processes_in([made.path]) == [git.pid]
        assert git_processes_in([tmp_path / "repo-2", tmp_path]) == [git.pid]
        assert git_processes_in([tmp_path / "repo-2"]) == []
    assert git_processes_in([tmp_path]) == []


def test_waiting_returns_when_the_process_ends(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    with a_git_in(made.path) as git:
        git.kill()
        wait_for_git_processes([made.path], 20.0)
        assert git_processes_in([made.path]) == []


def test_waiting_returns_after_its_time_limit(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    with a_git_in(made.path) as git:
        before = time.monotonic()
        wait_for_git_processes([made.path], 0.2)
        assert time.monotonic() - before >= 0.2
        assert git_processes_in([made.path]) == [git.pid]
