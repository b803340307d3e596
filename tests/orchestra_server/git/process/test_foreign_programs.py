"""Programs of the person's that git runs: never waited for without end, nor in silence."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.process import foreign_programs
from orchestra_server.git.process.foreign_programs import (
    ProgramWatch,
    brief_programs,
    is_cancelled,
    map_watched,
    run_programs,
    uncancelled,
    watch_programs,
)
from orchestra_server.git.process.run import git_output_prefix, run_git
from tests.support.git.repositories import TestRepository, small_repository
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
    shop.git("config", "orchestra.programSeconds", "4")
    with pytest.raises(Refused, match=r"git commit took longer than 4 s .*it said: testing"):
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


def test_a_file_monitor_that_hangs_is_not_asked(shop: TestRepository, tmp_path: Path) -> None:
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked; sleep 100\n")
    monitor.chmod(0o755)
    shop.git("config", "core.fsmonitor", str(monitor))
    assert run_git(shop.path, "status", "--porcelain").status == 0
    assert not (tmp_path / "asked").exists()


def test_signing_is_offered_no_terminal(
    shop: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sign_commits(tmp_path / "gpg")
    program = tmp_path / "gpg"
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/env\nexit 1\n")
    monkeypatch.setenv("GPG_TTY", "/dev/pts/0")
    assert run_programs(shop.path, *COMMIT, waits_for="git commit").status
    assert "GPG_TTY" not in (tmp_path / "env").read_text()


def test_a_look_gives_programs_a_few_seconds(
    shop: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_programs, "_LOOK_SECONDS", 0.5)
    shop.hook("pre-commit", "sleep 100")
    with brief_programs(), pytest.raises(Refused, match="took longer than"):
        run_programs(shop.path, *COMMIT, waits_for="git commit")


def test_what_is_undone_goes_to_its_end_although_the_caller_gave_up(shop: TestRepository) -> None:
    stop = threading.Event()
    stop.set()
    shop.hook("pre-commit", "sleep 0.3")
    with watch_programs(ProgramWatch(stop=stop)):
        with uncancelled():
            assert run_programs(shop.path, *COMMIT, waits_for="git commit").status == 0
        with pytest.raises(Refused, match="was cancelled"):
            run_programs(shop.path, *COMMIT, waits_for="git commit")


def test_whether_the_caller_gave_up_can_be_asked_before_something_is_begun() -> None:
    stop = threading.Event()
    assert not is_cancelled()
    with watch_programs(ProgramWatch(stop=stop)):
        assert not is_cancelled()
        stop.set()
        assert is_cancelled()
        with uncancelled():
            assert not is_cancelled()


def test_threads_know_who_watches(shop: TestRepository) -> None:
    stop = threading.Event()
    stop.set()
    shop.hook("pre-commit", "sleep 100")

    def commit(directory: Path) -> None:
        run_programs(directory, *COMMIT, waits_for="git commit")

    with (
        watch_programs(ProgramWatch(stop=stop)),
        ThreadPoolExecutor() as pool,
        pytest.raises(Refused, match="was cancelled"),
    ):
        list(map_watched(pool, commit, [shop.path]))


def test_a_long_output_is_cut_and_a_filter_that_hangs_is_ended(
    shop: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.commit("many", {"long": "line\n" * 50_000})
    text, cut = git_output_prefix(shop.path, "show", "HEAD:long", limit=1_000)
    assert (len(text), cut) == (1_000, True)
    shop.commit("rules", {".gitattributes": "*.slow filter=slow\n", "a.slow": "1\n"})
    shop.git("config", "filter.slow.clean", "sleep 100")
    shop.write("a.slow", "2\n")
    monkeypatch.setattr(foreign_programs, "_LOOK_SECONDS", 0.5)
    with brief_programs(), pytest.raises(Refused, match=r"git diff in .* took longer than"):
        git_output_prefix(shop.path, "diff", "HEAD", limit=1_000)
