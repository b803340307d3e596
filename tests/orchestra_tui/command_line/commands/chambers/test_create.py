"""`orchestra create` makes chambers by itself, and leaves a daemon that serves their workers."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.daemon.daemon_files import daemon_lock
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.process.file_lock import is_locked
from orchestra_core.settings import LINGER, Settings
from orchestra_tui.command_line.arguments import read_options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.chambers.create import run
from tests.support.git.repositories import small_repository
from tests.support.stores.valkey_users import wait_until


def test_a_daemon_is_started_behind_the_chambers(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(LINGER, "100")
    shop = small_repository(tmp_path / "shop").path
    place = CommandContext(shop, replace(settings, linger=100))
    assert run(place, read_options(["create", "auth"])) == 0
    chamber = shop / ".claude" / "worktrees" / "auth"
    assert str(chamber) in capsys.readouterr().out
    assert (chamber / ".git").is_file()
    wait_until(lambda: is_locked(daemon_lock(shop / ".git")))
    wait_until(lambda: stop_daemon(shop / ".git"))
