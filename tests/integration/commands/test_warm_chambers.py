"""Commands of chambers that the clone's daemon answers, beside the same without a daemon."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.daemon.start_daemon import ensure_daemon, stop_daemon
from orchestra_core.project import Project, find_project
from orchestra_core.settings import LINGER, Settings
from tests.support.commands.run_command import orchestra, orchestra_environ
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.installed_coverage import IS_MEASURING
from tests.support.processes import resident_bytes
from tests.support.stores.valkey_users import wait_until

_NOBODY = 99
_CODE = f"""
import sys
from orchestra_tui.command_line.daemon_commands.send_to_daemon import answered_warm
code = answered_warm(sys.argv[1:], 1)
sys.exit({_NOBODY} if code is None else code)
"""
WARM = (sys.executable, "-c", _CODE)
_SAME = (
    ("diff", "auth"),
    ("diff", "auth", "--json"),
    ("diff", "auth", "--all", "--stat"),
    ("land", "--dry-run"),
    ("land", "--dry-run", "--json"),
    ("land", "--only", "UP", "--yes"),
    ("create", "auth"),
    ("create", "../x"),
    ("close", "nobody"),
)


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def project(
    shop: TestRepository, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    monkeypatch.setenv(LINGER, "600")
    project = find_project(shop.path)
    yield project
    stop_daemon(project.git_dir)


def warm(directory: Path, settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WARM, *arguments],
        cwd=directory,
        env=orchestra_environ(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_daemon_prints_and_does_what_the_command_itself_would(
    shop: TestRepository, project: Project, settings: Settings
) -> None:
    orchestra(shop.path, settings, "create", "auth", "--title", "Add a login", **{LINGER: "0"})
    auth = TestRepository(shop.path / ".claude" / "worktrees" / "auth")
    auth.commit("tokens", {"src/app.py": "one\nTWO\nthree\n"})
    auth.write("open.py", "open\n")
    assert warm(shop.path, settings, "diff", "auth").returncode == _NOBODY
    alone = [orchestra(shop.path, settings, *words, **{LINGER: "0"}) for words in _SAME]

    ensure_daemon(project, settings)
    for words, own in zip(_SAME, alone, strict=True):
        answered = warm(shop.path, settings, *words)
        assert (answered.stdout, answered.stderr) == (own.stdout, own.stderr), words
        assert answered.returncode == own.returncode, words
    landed = warm(shop.path, settings, "land", "--yes", "-m", "Add tokens")
    assert landed.returncode == 0, landed.stderr
    assert (shop.path / "open.py").read_text() == "open\n"
    assert "Add tokens" in shop.git("log", "-2", "--format=%B")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.skipif(IS_MEASURING, reason="what coverage keeps would count too")
def test_the_daemon_holds_less_than_45_mib_after_every_command(
    shop: TestRepository, project: Project, settings: Settings
) -> None:
    ensure_daemon(project, settings)
    assert warm(shop.path, settings, "create", "auth", "api", "--title", "Login").returncode == 0
    auth = TestRepository(shop.path / ".claude" / "worktrees" / "auth")
    auth.commit("tokens", {"src/app.py": "one\nTWO\nthree\n"})
    for words in (
        ("status",),
        ("diff", "auth"),
        ("interrupt", "api", "Wait for auth"),
        ("land", "--only", "auth", "--yes"),
        ("close", "api"),
        ("create", "docs"),
    ):
        asked = warm(shop.path, settings, *words)
        assert asked.returncode == 0, (words, asked.stderr)
    answer = ask_daemon(project.git_dir, {"call": "about"}, 5)
    assert answer is not None
    assert resident_bytes(int(answer["pid"])) < 45 * 1024 * 1024


def test_ctrl_c_ends_the_hook_that_a_command_waits_for(
    shop: TestRepository, project: Project, settings: Settings, tmp_path: Path
) -> None:
    hook = shop.path / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/hook\nexec sleep 600\n")
    hook.chmod(0o755)
    ensure_daemon(project, settings)
    with subprocess.Popen(
        [*WARM, "create", "auth"],
        cwd=shop.path,
        env=orchestra_environ(settings),
        stderr=subprocess.PIPE,
        text=True,
    ) as asking:
        try:
            assert asking.stderr is not None
            told = asking.stderr.readline()
            asking.send_signal(signal.SIGINT)
            assert asking.wait(20) == 130
        finally:
            asking.kill()
    assert told.startswith("orchestra: waiting for the post-checkout hook")
    hooks_process = int((tmp_path / "hook").read_text())
    wait_until(lambda: not Path(f"/proc/{hooks_process}").exists())
    chamber = shop.path / ".claude" / "worktrees" / "auth"
    wait_until(lambda: not os.path.lexists(chamber))
