"""Programs of the person's that git runs: never waited for without end, nor in silence."""

import os
import threading
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import ProgramWatch, run_programs, watch_programs
from tests.support.repositories import TestRepository, small_repository
from tests.support.waiting import until

COMMIT = ("commit", "--quiet", "--allow-empty", "-m", "work")


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


def has_ended(pid: Path) -> bool:
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    return not stat.exists() or stat.read_text().split()[2] == "Z"


def test_a_programs_output_is_returned_with_its_exit_status(shop: TestRepository) -> None:
    shop.hook("pre-commit", "echo no key in the subject >&2; exit 3")
    ran = run_programs(shop.path, *COMMIT, waits_for="git commit")
    assert ran.status
    assert ran.failure == "no key in the subject"


def test_a_daemon_that_a_hook_starts_is_not_waited_for(
    shop: TestRepository, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    shop.hook("pre-commit", f"sleep 100 & echo $! > {pid}")
    assert run_programs(shop.path, *COMMIT, waits_for="git commit").status == 0
    assert not has_ended(pid)
    os.kill(int(pid.read_text()), 9)


async def test_a_hook_that_never_ends_is_killed_at_the_deadline_with_its_children(
    shop: TestRepository, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    shop.hook("pre-commit", f"echo testing >&2; sleep 100 & echo $! > {pid}; wait")
    shop.git("config", "orchestra.programSeconds", "1")
    with pytest.raises(Refused, match=r"git commit took longer than 1 s .*it said: testing"):
        run_programs(shop.path, *COMMIT, waits_for="git commit")
    await until(lambda: has_ended(pid))


def test_a_caller_is_notified_after_a_second_and_can_end_the_program(shop: TestRepository) -> None:
    shop.hook("pre-commit", "sleep 100")
    stop, told = threading.Event(), list[str]()

    def tell(waits_for: str, _seconds: float) -> None:
        told.append(waits_for)
        stop.set()

    with watch_programs(ProgramWatch(tell, stop)), pytest.raises(Refused, match="was cancelled"):
        run_programs(shop.path, *COMMIT, waits_for="git commit in chamber auth")
    assert told == ["git commit in chamber auth"]


def test_a_hook_that_opens_the_terminal_fails(shop: TestRepository) -> None:
    shop.hook("pre-commit", "exec < /dev/tty")
    ran = run_programs(shop.path, *COMMIT, waits_for="git commit")
    assert ran.status
    assert "/dev/tty" in ran.failure
