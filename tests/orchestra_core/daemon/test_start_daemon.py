"""Starting, replacing and stopping real daemons."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.daemon import ask_daemon as asking
from orchestra_core.daemon import start_daemon
from orchestra_core.daemon.ask_daemon import Answer, ask_daemon, introduction
from orchestra_core.daemon.daemon_files import daemon_lock, daemon_log, daemon_socket
from orchestra_core.daemon.start_daemon import daemon_environ, ensure_daemon, stop_daemon
from orchestra_core.errors import Unavailable
from orchestra_core.process.file_lock import is_locked, locked_file
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from tests.support.stores.valkey_users import wait_until


def about(project: Project, settings: Settings) -> Answer:
    environ = daemon_environ(project, settings)
    answer = ask_daemon(
        project.git_dir, {"call": "about", **introduction(project.git_dir, environ)}, 5
    )
    assert answer is not None
    return answer


def test_many_processes_that_need_a_daemon_at_once_get_the_same_one(
    project: Project, settings: Settings
) -> None:
    def ensured(_: int) -> int:
        ensure_daemon(project, settings)
        return int(about(project, settings)["pid"])

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ensured, range(8)))) == 1


def test_a_daemon_has_a_session_of_its_own_and_is_no_child_of_its_starter(
    project: Project, settings: Settings
) -> None:
    ensure_daemon(project, settings)
    pid = int(about(project, settings)["pid"])
    assert os.getsid(pid) != os.getsid(0)
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    assert int(fields[1]) != os.getpid()


def test_a_stopped_daemon_leaves_no_socket_and_frees_its_lock(
    project: Project, settings: Settings
) -> None:
    ensure_daemon(project, settings)
    assert stop_daemon(project.git_dir)
    assert not is_locked(daemon_lock(project.git_dir))
    assert not Path(daemon_socket(project.git_dir)).exists()
    assert not stop_daemon(project.git_dir)


def test_a_killed_daemon_is_followed_by_another(project: Project, settings: Settings) -> None:
    ensure_daemon(project, settings)
    first = int(about(project, settings)["pid"])
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not is_locked(daemon_lock(project.git_dir)))
    ensure_daemon(project, settings)
    assert about(project, settings)["pid"] != first


def test_a_daemon_of_another_version_is_replaced(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_daemon(project, settings)
    first = about(project, settings)
    monkeypatch.setattr(asking.orchestra_core, "__version__", "0.0.1")
    assert about(project, settings)["differs"] == "version"
    monkeypatch.setattr(start_daemon, "_START_WITHIN", 0.0)
    with pytest.raises(Unavailable, match="did not start"):  # it is of the true version again
        ensure_daemon(project, settings)
    monkeypatch.undo()
    ensure_daemon(project, settings)
    assert about(project, settings)["pid"] != first["pid"]


def test_a_daemon_of_another_store_is_replaced_where_nobody_uses_it(
    project: Project, settings: Settings
) -> None:
    ensure_daemon(project, settings)
    other = replace(settings, project="another-name")
    assert about(project, other)["differs"] == "store"
    ensure_daemon(project, other)
    assert "differs" not in about(project, other)


def test_a_daemon_that_cannot_start_is_one_line_that_names_its_log(
    project: Project, settings: Settings
) -> None:
    unusable = replace(settings, redis_url="redis://", project="")
    with pytest.raises(Unavailable, match=r"did not start; its log is .*daemon\.log"):
        ensure_daemon(project, unusable)
    assert "ORCHESTRA_REDIS_URL" in Path(daemon_log(project.git_dir)).read_text()


def test_a_process_that_holds_the_lock_and_does_not_answer_cannot_be_stopped(
    project: Project, settings: Settings
) -> None:
    ensure_daemon(project, settings)
    assert stop_daemon(project.git_dir)
    with (
        locked_file(daemon_lock(project.git_dir)),
        pytest.raises(Unavailable, match="does not end"),
    ):
        stop_daemon(project.git_dir, seconds=0.05)


def test_a_second_daemon_says_that_there_is_one_as_soon_as_that_one_answers(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_daemon(project, settings)
    code = (
        "from orchestra_server.daemon import sole_daemon; sole_daemon._LOCK_PATIENCE = 1_000\n"
        "from orchestra_server.__main__ import main; import sys\n"
        "sys.argv[1:] = ['daemon']; sys.exit(main())"
    )
    second = subprocess.run(
        [sys.executable, "-c", code],
        env=daemon_environ(project, settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "another daemon serves" in second.stderr
    assert "orchestra down" in second.stderr
