"""How the server is started and ended."""

import os
import tempfile
from pathlib import Path

import pytest

from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_tui.backend.server_process import plan_launch
from tests.support.room.supervised_server import running
from tests.support.waiting import until


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_server_that_does_not_exit_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestra_tui.backend.server_process._LEAVE_SECONDS", 0.1)
    async with running(tmp_path, "linger") as supervised:
        await until(lambda: supervised.phases[-1] == "ready")
        pid = supervised.link.pid
    assert gone(pid)


def test_the_server_gets_its_directory_and_its_store_through_the_environment(
    tmp_path: Path,
) -> None:
    project = Project("shop-1", tmp_path, tmp_path / ".git")
    settings = Settings("unix:///tmp/s", tmp_path / "state", tmp_path / "run", "shop-1")
    launch = plan_launch(project, settings)
    assert launch.directory == tmp_path
    assert launch.log == tmp_path / "state" / "log" / "server-shop-1.log"
    assert launch.environment["CLAUDE_PROJECT_DIR"] == str(tmp_path)
    assert launch.environment["ORCHESTRA_REDIS_URL"] == "unix:///tmp/s"
    assert launch.environment["ORCHESTRA_STATE_DIR"] == str(tmp_path / "state")
    assert launch.environment["ORCHESTRA_PROJECT"] == "shop-1"
    assert launch.environment["XDG_RUNTIME_DIR"] == str(tmp_path / "run")


def test_variables_that_do_not_apply_to_the_server_are_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRA_REDIS_URL", "redis://elsewhere")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    project = Project("shop-1", tmp_path, tmp_path / ".git")
    settings = Settings("", tmp_path / "state", Path(tempfile.gettempdir()), "")
    environment = plan_launch(project, settings).environment
    assert "ORCHESTRA_REDIS_URL" not in environment
    assert "XDG_RUNTIME_DIR" not in environment
