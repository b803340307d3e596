"""A chamber from the clone's daemon, which is started where none runs."""

from pathlib import Path

import pytest

from orchestra_core.daemon.daemon_files import daemon_lock
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.errors import Unavailable
from orchestra_core.process.file_lock import is_locked
from orchestra_core.settings import LINGER, Settings
from orchestra_server.client_hooks.make_chamber import make_chamber
from tests.support.conductor.orchestration import server_environ
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository


@pytest.fixture
def repository(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> TestRepository:
    for name, value in {**PLAIN_GIT, **server_environ(settings), LINGER: "60"}.items():
        monkeypatch.setenv(name, value)
    return small_repository((tmp_path / "shop").resolve())


def test_the_daemon_is_started_and_makes_the_chamber(repository: TestRepository) -> None:
    common_dir = repository.path / ".git"
    try:
        path = make_chamber(str(repository.path), str(common_dir), "Fix It", "Mend the login")
        assert path == str(repository.path / ".claude" / "worktrees" / "fix-it")
        assert is_locked(daemon_lock(common_dir))
        assert make_chamber(str(repository.path), str(common_dir), "fix-it") == path
    finally:
        stop_daemon(common_dir)


def test_what_the_daemon_refuses_is_one_line(tmp_path: Path, repository: TestRepository) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    TestRepository(empty).git("init", "--quiet")
    del repository
    try:
        with pytest.raises(Unavailable, match=r"^no chamber .* 'fix': .*commit"):
            make_chamber(str(empty), str(empty / ".git"), "fix")
    finally:
        stop_daemon(empty / ".git")
