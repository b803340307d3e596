"""One daemon serves a clone; the others leave before they load anything."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestra_core.daemon.daemon_files import daemon_lock, make_daemon_directories
from orchestra_core.daemon.start_daemon import daemon_environ, ensure_daemon, stop_daemon
from orchestra_core.errors import Unavailable
from orchestra_core.process.file_lock import is_locked, locked_file
from orchestra_core.project import Project, find_project
from orchestra_core.settings import LINGER, Settings
from orchestra_server.daemon import sole_daemon as module
from orchestra_server.daemon.sole_daemon import sole_daemon
from tests.support.git.repositories import small_repository

_SLOW_IMPORTS = ("asyncio", "redis", "msgspec", "subprocess", "orchestra_server.daemon.daemon")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv(LINGER, "100")
    shop = find_project(small_repository(tmp_path / "shop").path)
    yield shop
    stop_daemon(shop.git_dir)


def a_further_daemon(project: Project, settings: Settings) -> subprocess.CompletedProcess[str]:
    """Run a daemon that says on stderr which modules it imports."""
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-m", "orchestra_server", "daemon"],
        env=daemon_environ(project, settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def imported(said: str) -> set[str]:
    return {line.rpartition("|")[2].strip() for line in said.splitlines() if "|" in line}


def test_daemons_that_start_beside_another_leave_before_they_load_anything(
    project: Project, settings: Settings
) -> None:
    ensure_daemon(project, settings)
    with ThreadPoolExecutor(3) as threads:
        losers = list(threads.map(a_further_daemon, [project] * 3, [settings] * 3))
    for loser in losers:
        assert loser.returncode == 1
        assert "another daemon serves" in loser.stderr
        modules = imported(loser.stderr)
        assert "orchestra_server.daemon.sole_daemon" in modules
        assert not modules.intersection(_SLOW_IMPORTS)


def test_a_daemon_leaves_after_a_while_where_the_lock_is_held_and_nobody_answers(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_daemon_directories(project.git_dir)
    monkeypatch.setattr(module, "_LOCK_PATIENCE", 0.1)
    with (
        locked_file(daemon_lock(project.git_dir)),
        pytest.raises(Unavailable, match="another daemon serves"),
        sole_daemon(project.main_checkout),
    ):
        pytest.fail("it took a lock that is held")


def test_the_lock_is_held_within_the_block(project: Project) -> None:
    lock = daemon_lock(project.git_dir)
    with sole_daemon(project.main_checkout / "src"):
        assert is_locked(lock)
    assert not is_locked(lock)


def test_outside_a_clone_there_is_no_lock(tmp_path: Path) -> None:
    with sole_daemon(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_line(project: Project) -> None:
    (project.git_dir / "orchestra").write_text("a file in the folder's place")
    with pytest.raises(Unavailable, match="cannot be used"), sole_daemon(project.main_checkout):
        pytest.fail("it has no lock")
