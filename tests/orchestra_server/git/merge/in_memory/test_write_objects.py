"""Objects that are written in one process are those that git itself makes."""

import tempfile
from pathlib import Path

import pytest

from orchestra_server.git.merge.in_memory.write_objects import (
    NewObject,
    is_object_name,
    new_object,
    write_objects,
)
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository, open_repository
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def repo(shop: TestRepository) -> Repository:
    return open_repository(shop.path)


def test_many_objects_of_any_size_are_written_by_one_process_and_without_a_file(
    shop: TestRepository, repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    contents = [bytes([size % 251]) * size for size in (0, 1, 15, 16, 2_047, 2_048, 300_000)]
    new = [new_object("blob", content, shop.head) for content in [b"one\r\n", b"\0\xff", *contents]]
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        write_objects(repo, new)
        assert count.commands == ["unpack-objects"]
    sizes = [int(shop.git("cat-file", "-s", blob.name)) for blob in new]
    assert sizes == [len(blob.content) for blob in new]
    assert list(scratch.iterdir()) == []
    shop.git("fsck", "--strict", "--no-dangling")


def test_an_object_has_the_name_that_git_gives_it(shop: TestRepository, repo: Repository) -> None:
    assert shop.git("rev-parse", "HEAD:README") == new_object("blob", b"hello\n", shop.head).name
    text = shop.git("cat-file", "commit", "HEAD") + "\n"
    assert new_object("commit", text.encode(), shop.head).name == shop.head
    assert is_object_name(shop.head)
    assert not is_object_name(shop.head[:12])


def test_nothing_to_write_takes_no_process(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        write_objects(repo, [])
        assert count.commands == []


def test_a_pack_that_git_refuses_is_an_error_of_one_line(repo: Repository) -> None:
    with pytest.raises(GitFailed, match=r"^git unpack-objects failed in .*: .+$"):
        write_objects(repo, [NewObject("", "blob", b"its name says another kind of hash")])
