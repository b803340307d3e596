"""Where the daemon's files are, also in a clone whose path is too long for a socket."""

import os
from pathlib import Path

import pytest

from orchestra_core.daemon import daemon_files
from orchestra_core.daemon.daemon_files import (
    daemon_lock,
    daemon_log,
    daemon_socket,
    is_own_directory,
    make_daemon_directories,
    start_lock,
)


def test_all_files_of_a_daemon_are_in_one_folder_of_the_common_directory() -> None:
    common = Path("/srv/shop/.git")
    places = [place(common) for place in (daemon_lock, start_lock, daemon_log, daemon_socket)]
    assert {str(Path(place).parent) for place in places} == {"/srv/shop/.git/orchestra"}
    assert len(set(places)) == 4


def test_a_socket_whose_path_would_be_too_long_is_in_the_users_own_folder_below_tmp() -> None:
    long_path, other_long_path = Path("/srv", "a" * 200, ".git"), Path("/srv", "b" * 200, ".git")
    socket = daemon_socket(long_path)
    assert len(os.fsencode(socket)) <= 103
    assert str(Path(socket).parent) == f"/tmp/orchestra-{os.getuid()}"
    assert daemon_socket(other_long_path) != socket


def test_a_shared_folder_is_trusted_only_if_it_is_the_users_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(daemon_files, "_SHARED_PLACE", str(tmp_path))
    common = tmp_path / ("a" * 200)
    common.mkdir()
    folder = Path(daemon_socket(common)).parent
    assert not is_own_directory(str(folder))
    make_daemon_directories(common)
    assert is_own_directory(str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert not is_own_directory(str(folder))
    with pytest.raises(PermissionError, match="others may use it"):
        make_daemon_directories(common)


def test_a_clone_whose_path_begins_like_the_shared_folder_keeps_its_socket_in_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(daemon_files, "_SHARED_PLACE", str(tmp_path))
    common = tmp_path / "orchestra-demo" / ".git"
    common.mkdir(parents=True)
    make_daemon_directories(common)
    assert (common / "orchestra").is_dir()
    assert is_own_directory(str(common / "orchestra"))


def test_processes_that_make_the_directories_at_the_same_moment_all_succeed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def make_after_another(place: str, mode: int = 0o777) -> None:
        original(place, mode)
        original(place, mode)  # as if another process had made it since it was looked for

    original = os.mkdir
    monkeypatch.setattr(os, "mkdir", make_after_another)
    make_daemon_directories(tmp_path)
    assert (tmp_path / "orchestra").is_dir()
    make_daemon_directories(tmp_path)
