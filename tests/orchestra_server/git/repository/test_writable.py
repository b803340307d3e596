import os
from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.repository.writable import (
    require_writable,
    require_writable_repository,
    write_fault,
)
from tests.support.git.repositories import small_repository


class ReadOnly:
    """As much of statvfs(3) as tells a file system that is mounted read-only."""

    f_flag = os.ST_RDONLY


def forbid(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """Let the system refuse to write one directory; root may write anywhere."""

    def access(path: Path, _mode: int) -> bool:
        return path != directory

    monkeypatch.setattr(os, "access", access)


def test_a_writable_directory_is_not_a_fault(tmp_path: Path) -> None:
    require_writable(tmp_path, tmp_path / "not" / "yet" / "there")


def test_the_directory_the_reason_and_the_cure_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, tmp_path)
    assert str(write_fault(tmp_path)) == (
        f"{tmp_path} cannot be used (Permission denied); give this user the right to write there, "
        "and try again"
    )


def test_a_read_only_file_system_is_called_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def statvfs(_path: Path) -> ReadOnly:
        return ReadOnly()

    forbid(monkeypatch, tmp_path)
    monkeypatch.setattr(os, "statvfs", statvfs)
    assert "it is on a read-only file system: make that writable" in str(write_fault(tmp_path))


def test_what_is_not_there_yet_is_forbidden_by_the_nearest_directory_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, tmp_path)
    with pytest.raises(Unavailable, match=f"^{tmp_path} cannot be used"):
        require_writable(tmp_path / "not" / "yet" / "there")


@pytest.mark.parametrize("place", [".", "objects", "refs", "refs/heads"])
def test_each_place_where_git_writes_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    repo = open_repository(small_repository(tmp_path / "shop").path)
    require_writable_repository(repo)
    forbid(monkeypatch, repo.common_dir / place)
    with pytest.raises(Unavailable, match="cannot be used"):
        require_writable_repository(repo)
