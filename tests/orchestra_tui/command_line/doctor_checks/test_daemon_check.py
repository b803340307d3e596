"""What `orchestra doctor` says of the clone's daemon."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.daemon.daemon_files import daemon_lock, make_daemon_directories
from orchestra_core.daemon.start_daemon import ensure_daemon, stop_daemon
from orchestra_core.process.file_lock import locked_file
from orchestra_core.project import Project, find_project
from orchestra_core.settings import Settings
from orchestra_tui.command_line.doctor_checks.daemon_check import check_daemon
from tests.support.git.repositories import small_repository


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = find_project(small_repository(tmp_path / "shop").path)
    yield project
    stop_daemon(project.git_dir)


def test_a_daemon_that_does_not_run_is_not_a_failure(project: Project, settings: Settings) -> None:
    check = check_daemon(project, settings)
    assert check.verdict == "ok"
    assert "does not run" in check.found


def test_a_running_daemon_is_named_with_its_log(project: Project, settings: Settings) -> None:
    ensure_daemon(project, settings)
    check = check_daemon(project, settings)
    assert check.verdict == "ok"
    assert "runs as process" in check.found
    assert str(project.git_dir / "orchestra" / "daemon.log") in check.found


def test_a_daemon_of_another_store_fails_the_check(project: Project, settings: Settings) -> None:
    ensure_daemon(project, settings)
    check = check_daemon(project, replace(settings, project="another"))
    assert check.verdict == "fail"
    assert "another store" in check.found
    assert "orchestra down" in check.mend


def test_a_daemon_that_does_not_answer_fails_the_check(
    project: Project, settings: Settings
) -> None:
    make_daemon_directories(project.git_dir)
    with locked_file(daemon_lock(project.git_dir)):
        check = check_daemon(project, settings)
    assert check.verdict == "fail"
    assert "does not answer" in check.found
