"""Objects that are written in one process are those that git itself makes."""

import tempfile
from pathlib import Path

import pytest

from orchestra_server.git.merge.in_memory.write_objects import write_objects
from orchestra_server.git.repository.repository import open_repository
from tests.support.repositories import small_repository


def test_many_objects_are_written_from_a_directory_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = small_repository(tmp_path / "shop")
    odd = tmp_path / 'a "b"\n\\c é'
    odd.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(odd))
    repo = open_repository(shop.path)
    written = write_objects(repo, "blob", [b"one\r\n", b"", b"\0\xff"])
    assert [shop.git("cat-file", "-s", name) for name in written] == ["5", "0", "2"]
    assert shop.git("rev-parse", "HEAD:README") == write_objects(repo, "blob", [b"hello\n"])[0]
    assert list(odd.iterdir()) == []


def test_nothing_is_returned_if_git_refuses_an_object(tmp_path: Path) -> None:
    repo = open_repository(small_repository(tmp_path / "shop").path)
    assert write_objects(repo, "tree", [b"no tree"]) == []
