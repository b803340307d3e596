"""A command that changed something leaves a daemon behind, if one would stay."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.daemon.daemon_files import daemon_lock
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.process.file_lock import is_locked
from orchestra_core.settings import LINGER, Settings
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.start_daemon_soon import start_daemon_soon
from tests.support.git.repositories import small_repository
from tests.support.stores.valkey_users import wait_until


def test_a_daemon_is_started_behind_a_command(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LINGER, "100")
    shop = small_repository(tmp_path / "shop").path
    start_daemon_soon(CommandContext(shop, settings))
    wait_until(lambda: is_locked(daemon_lock(shop / ".git")))
    wait_until(lambda: stop_daemon(shop / ".git"))


def test_no_daemon_is_started_that_would_not_stay(settings: Settings, tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop").path
    start_daemon_soon(CommandContext(shop, replace(settings, linger=0)))
    assert not (shop / ".git" / "orchestra").exists()


def test_a_daemon_that_cannot_be_started_is_not_a_failure(
    settings: Settings, tmp_path: Path
) -> None:
    shop = small_repository(tmp_path / "shop").path
    (shop / ".git" / "orchestra").write_text("a file in the folder's place")
    start_daemon_soon(CommandContext(shop, replace(settings, linger=100)))
