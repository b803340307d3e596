"""While Orchestra writes what no ref holds yet, git collects no garbage."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestra_server.git.repository.gc_hold import PID_FILE, gc_held
from tests.support.git.repositories import TestRepository, small_repository

FOREVER = "import sys; sys.stdin.read()"
HOLDER = """
import sys
from pathlib import Path
from orchestra_server.git.repository.gc_hold import gc_held
with gc_held(Path(sys.argv[1])) as held:
    print(held, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def common_dir(repository: TestRepository) -> Path:
    return repository.path / ".git"


@contextmanager
def running(*argv: str) -> Generator[subprocess.Popen[bytes]]:
    """Run Python until its input is closed; it is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def collect(repository: TestRepository) -> str:
    """Collect garbage, and return what git says against it."""
    command = ["git", "-C", str(repository.path), "gc", "--quiet", "--prune=now"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def name(common_dir: Path, pid: int, machine: str) -> None:
    (common_dir / PID_FILE).write_text(f"{pid} {machine}")


def test_no_collection_begins_within_the_block_and_every_one_after_it(
    repository: TestRepository, common_dir: Path
) -> None:
    with gc_held(common_dir) as held:
        unheld = repository.git("hash-object", "-w", str(repository.write("new", "new\n"))).strip()
        assert held
        assert f"already running on machine '{socket.gethostname()}'" in collect(repository)
        assert repository.git("cat-file", "-t", unheld).strip() == "blob"
    assert not (common_dir / PID_FILE).exists()
    assert collect(repository) == ""
    assert unheld not in repository.git("cat-file", "--batch-check", "--batch-all-objects")


def test_a_running_collection_is_waited_for(common_dir: Path) -> None:
    with running(FOREVER) as collector:
        name(common_dir, collector.pid, socket.gethostname())
        with gc_held(common_dir, patience=0) as held:
            assert not held
        assert (common_dir / PID_FILE).exists()
        collector.kill()
        collector.wait()
        with gc_held(common_dir, patience=0) as held:
            assert held


def test_a_collection_on_another_machine_is_left_alone(common_dir: Path) -> None:
    name(common_dir, 1, "elsewhere")
    with gc_held(common_dir, patience=0) as held:
        assert not held
    assert (common_dir / PID_FILE).read_text() == "1 elsewhere"


def test_a_holder_that_ends_leaves_the_hold_to_another(
    repository: TestRepository, common_dir: Path
) -> None:
    with gc_held(common_dir):
        with gc_held(common_dir) as second:
            assert second
        assert "already running" in collect(repository)
    assert collect(repository) == ""


def test_two_processes_hold_together(repository: TestRepository, common_dir: Path) -> None:
    with running(HOLDER, str(common_dir)) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        with gc_held(common_dir, patience=0) as held:
            assert held
        assert "already running" in collect(repository)


def test_the_hold_of_a_killed_process_keeps_nobody_out(
    repository: TestRepository, common_dir: Path
) -> None:
    with running(HOLDER, str(common_dir)) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        holder.kill()
        holder.wait()
        assert (common_dir / PID_FILE).exists()
        assert collect(repository) == ""
        with gc_held(common_dir, patience=0) as held:
            assert held


def test_a_lock_that_git_left_long_ago_is_not_waited_for(common_dir: Path) -> None:
    lock = common_dir / "gc.pid.lock"
    lock.touch()
    hours_ago = time.time() - 7_200
    os.utime(lock, (hours_ago, hours_ago))
    with gc_held(common_dir, patience=3_600) as held:
        assert not held


def test_a_directory_that_cannot_be_written_is_not_an_obstacle(tmp_path: Path) -> None:
    with gc_held(tmp_path / "none" / "git") as held:
        assert not held
