"""Where the configuration's files are, and what is not read."""

import os
from pathlib import Path

import pytest

from orchestra_core.configuration.config_files import (
    is_there,
    read_file,
    repository_file,
    user_file,
)
from tests.support.git.repositories import bare_with_worktree, small_repository


def test_the_persons_file_is_below_the_xdg_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    own = Path("/home/me/.config/orchestra/config.toml")
    assert user_file({}) == own
    assert user_file({"XDG_CONFIG_HOME": "relative"}) == own
    assert user_file({"XDG_CONFIG_HOME": "/c"}) == Path("/c/orchestra/config.toml")


def test_the_repositorys_file_is_that_of_the_main_checkout(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop")
    shop.git("worktree", "add", "--quiet", str(tmp_path / "chamber"))
    for directory in (shop.path, shop.path / "src", tmp_path / "chamber"):
        assert repository_file(directory) == shop.path / "orchestra.toml"
    assert repository_file(tmp_path) is None


def test_a_bare_repository_has_the_file_of_the_present_worktree(tmp_path: Path) -> None:
    _, worktree = bare_with_worktree(tmp_path)
    assert repository_file(worktree.path) == worktree.path / "orchestra.toml"


def test_a_missing_configuration_file_is_not_a_failure(tmp_path: Path) -> None:
    missing = tmp_path / "config.toml"
    assert read_file(missing) is None
    assert read_file(missing / "below") is None
    assert not is_there(missing)


def test_a_pipe_a_directory_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    pipe, huge = tmp_path / "pipe", tmp_path / "huge"
    os.mkfifo(pipe)
    huge.write_bytes(b"#" * 70_000)
    with pytest.raises(OSError, match="not a regular file"):
        read_file(pipe)
    with pytest.raises(OSError, match="more than 65,536 bytes"):
        read_file(huge)
    with pytest.raises(OSError, match="not a regular file"):
        read_file(tmp_path)
    assert is_there(pipe)
